import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const program = `
  import { createLogger } from ${JSON.stringify(new URL('./create-logger.ts', import.meta.url).href)};
  const logger = createLogger('decision');
  logger.info('before');
  process.once('disconnect', () => {
    logger.info('stopping');
    logger.fatal('last words');
    process.exit(7);
  });
  process.send('ready');
`;

test.each([
  ['unread lines', false],
  ['everything read', true],
])(
  'a service whose reader is gone ends (%s)',
  async (_, isRead) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    try {
      const ended = once(child, 'exit');
      if (isRead) child.stdout?.resume();
      await once(child, 'message');
      child.stdout?.destroy();
      child.disconnect();
      expect(await ended).toEqual([7, null]);
    } finally {
      child.kill('SIGKILL');
    }
  },
  30_000,
);
