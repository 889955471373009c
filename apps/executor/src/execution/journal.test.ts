import { MemoryServer, connectMemoryBus } from '@cortex/bus';
import { escapeToken, executionArchiveBucket, journalBucket } from '@cortex/contracts';
import { silentLogger } from '@cortex/testing';
import { expect, test } from 'vitest';
import { JournalUnreadableError } from './errors.ts';
import { Journal } from './journal.ts';

const executionId = '019cadfd-8d58-72a6-bd97-58ff252561ef-1';

async function journals() {
  const server = new MemoryServer();
  const bus = connectMemoryBus(server, { source: '/cortex/executor', name: 'executor-1', logger: silentLogger });
  const spoil = (bucket: string): void => {
    const subject = `$KV.${bucket}.${escapeToken(executionId)}`;
    server.publish(subject, new TextEncoder().encode('{"status":NaN'), { msgID: 'spoiled' });
  };
  return { journal: await bus.bucket(journalBucket), journalArchive: await bus.bucket(executionArchiveBucket), spoil };
}

test('an execution without a journal has not begun', async () => {
  expect(await Journal.read(await journals(), executionId)).toBeUndefined();
});

test.each([journalBucket.name, executionArchiveBucket.name])(
  'one whose record in %s cannot be read may have begun',
  async (bucket) => {
    const given = await journals();
    given.spoil(bucket);
    await expect(Journal.read(given, executionId)).rejects.toBeInstanceOf(JournalUnreadableError);
  },
);
