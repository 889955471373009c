import type { AppName } from '@cortex/contracts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import type { ServiceEnvironment } from './environment.ts';

/** JSON lines with the name of the service: to the standard output, or to a file of its own where there is a folder for logs. */
export function createLogger(
  name: AppName,
  { CORTEX_LOG_LEVEL: level, CORTEX_LOG_DIR: folder }: ServiceEnvironment,
): Logger {
  if (folder === undefined) return pino({ name, level });
  mkdirSync(folder, { recursive: true });
  // Synchronous, as the standard output is: the last lines before a crash are the ones that are needed.
  return pino({ name, level }, pino.destination({ dest: join(folder, `${name}.log`), append: true, sync: true }));
}
