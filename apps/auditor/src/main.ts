import { runService } from '@cortex/service';
import { auditorService } from './service.ts';

await runService(auditorService);
