import { runService } from '@cortex/service';
import { decisionService } from './service.ts';

await runService(decisionService);
