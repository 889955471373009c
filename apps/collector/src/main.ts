import { runService } from '@cortex/service';
import { collectorService } from './service.ts';

await runService(collectorService);
