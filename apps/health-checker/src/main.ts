import { runService } from '@cortex/service';
import { healthCheckerService } from './service.ts';

await runService(healthCheckerService);
