import { runService } from '@cortex/service';
import { learnerService } from './service.ts';

await runService(learnerService);
