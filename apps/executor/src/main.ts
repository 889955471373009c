import { runService } from '@cortex/service';
import { executorService } from './service.ts';

await runService(executorService);
