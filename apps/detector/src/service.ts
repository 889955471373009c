import type { ServiceDefinition } from '@cortex/service';
import { startDetector } from './app.ts';

export const detectorService: ServiceDefinition = { name: 'detector', start: (context) => startDetector(context) };
