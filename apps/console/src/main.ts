import { runService } from '@cortex/service';
import { startConsole } from './app.ts';

await runService({ name: 'console', start: startConsole });
