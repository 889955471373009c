import { runService } from '@cortex/service';
import { escalatorService } from './service.ts';

await runService(escalatorService);
