import { runService } from '@cortex/service';
import { startLearner } from './app.ts';

await runService({ name: 'learner', start: startLearner });
