import type { ServiceDefinition } from '@cortex/service';
import { startAuditor } from './app.ts';

export const auditorService: ServiceDefinition = { name: 'auditor', start: (context) => startAuditor(context) };
