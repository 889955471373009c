import type { ServiceDefinition } from '@cortex/service';
import { startConsole } from './app.ts';

export const consoleService: ServiceDefinition = { name: 'console', start: (context) => startConsole(context) };
