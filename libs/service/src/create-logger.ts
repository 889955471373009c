import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import type { ServiceEnvironment } from './environment.ts';

/**
 * Writes JSON lines with the name of the service: to the standard output, or to a file of its own where there is a folder
 * for logs. When they can be written there no more, they are dropped: pino itself forgives a broken pipe only, and then
 * tries for ever to write what is left while the process ends. A reader that was killed before it read everything is a
 * connection that was reset.
 */
export function createLogger(
  name: string,
  { CORTEX_LOG_LEVEL: level, CORTEX_LOG_DIR: folder }: Partial<ServiceEnvironment> = {},
): Logger {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  // Synchronous, both: the last lines before a crash are the ones that are needed.
  const output = pino.destination(
    folder === undefined
      ? { fd: process.stdout.fd, sync: true }
      : { dest: join(folder, `${name}.log`), append: true, sync: true },
  );
  const drop = (): boolean => true;
  output.on('error', () => Object.assign(output, { write: drop, flushSync: drop, end: drop, destroy: drop }));
  return pino({ name, level: level ?? 'info' }, output);
}
