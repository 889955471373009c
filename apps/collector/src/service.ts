import type { ServiceDefinition } from '@cortex/service';
import { startCollector } from './app.ts';

export const collectorService: ServiceDefinition = { name: 'collector', start: (context) => startCollector(context) };
