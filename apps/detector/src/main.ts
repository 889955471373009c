import { runService } from '@cortex/service';
import { detectorService } from './service.ts';

await runService(detectorService);
