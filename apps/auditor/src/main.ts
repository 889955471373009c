import { runService } from '@cortex/service';
import { startAuditor } from './app.ts';

await runService({ name: 'auditor', start: startAuditor });
