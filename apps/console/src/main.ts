import { runService } from '@cortex/service';
import { consoleService } from './service.ts';

await runService(consoleService);
