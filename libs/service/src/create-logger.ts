import { pino, type Logger } from 'pino';

/**
 * Writes JSON lines to the standard output. When nobody reads there any more, lines are dropped: pino itself forgives a
 * broken pipe only, and then tries for ever to write what is left while the process ends. A reader that was killed before
 * it read everything is a connection that was reset.
 */
export function createLogger(name: string, level = 'info'): Logger {
  const output = pino.destination({ fd: process.stdout.fd, sync: true });
  const drop = (): boolean => true;
  output.on('error', () => Object.assign(output, { write: drop, flushSync: drop, end: drop, destroy: drop }));
  return pino({ name, level }, output);
}
