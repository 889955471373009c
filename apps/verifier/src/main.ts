import { runService } from '@cortex/service';
import { verifierService } from './service.ts';

await runService(verifierService);
