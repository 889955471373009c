import type { ServiceDefinition } from '@cortex/service';
import { startLearner } from './app.ts';

export const learnerService: ServiceDefinition = { name: 'learner', start: (context) => startLearner(context) };
