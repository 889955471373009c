import { appendFile, readFile } from 'node:fs/promises';
import type { AuditRecord, SigningKey } from '@cortex/audit';
import { checkpointKey, publicKeyKey, readCheckpointFile, readSignatures, signCheckpoint } from '@cortex/audit';
import { auditCheckpointBucket } from '@cortex/contracts';
import type { ServiceContext } from '@cortex/service';

const everyRecords = 100;
const everyMs = 5_000;
/** The bucket keeps this many of the newest, and of older ones the last in each block. The file keeps all. */
const newest = 500;
const blockOfRecords = 10_000;

export interface Checkpoints {
  /** The longest chain that this machine ever signed. */
  readonly longest: number;
  /** Signs the end of the chain when enough records or enough time have passed, or at once. */
  advance(last: AuditRecord, now?: 'at once'): Promise<void>;
}

/** Signs into the bucket and, first, into a file of this machine, so that neither can be truncated alone. */
export async function openCheckpoints(
  { bus, runtime: { now }, logger }: Pick<ServiceContext, 'bus' | 'runtime' | 'logger'>,
  key: SigningKey,
  path: string,
): Promise<Checkpoints> {
  const bucket = await bus.bucket(auditCheckpointBucket);
  await bucket.create(publicKeyKey(key.keyId), {
    keyId: key.keyId,
    publicKey: key.publicKey,
    at: now().toISOString(),
  });
  await endLine(path);
  const own = (await readCheckpointFile(path)).at(-1);
  let stored = (await readSignatures(bus)).checkpoints.map((checkpoint) => checkpoint.entries);
  let signed = { entries: own?.entries ?? 0, atMs: 0 };

  return {
    longest: Math.max(signed.entries, stored.at(-1) ?? 0),
    async advance(last, urgency) {
      const isDue = last.n - signed.entries >= everyRecords || now().getTime() - signed.atMs >= everyMs;
      if (last.n === signed.entries || (!isDue && urgency === undefined)) return;
      const checkpoint = signCheckpoint(last, now(), key);
      await appendFile(path, `${JSON.stringify(checkpoint)}\n`, { mode: 0o600 });
      await bucket.create(checkpointKey(last.n), checkpoint);
      signed = { entries: last.n, atMs: now().getTime() };
      stored = [...stored, last.n];
      for (const entries of superfluous(stored)) {
        await bucket.clear(checkpointKey(entries));
        stored = stored.filter((each) => each !== entries);
        logger.debug({ entries }, 'an old checkpoint was thinned out');
      }
    },
  };
}

/** Old checkpoints that are followed by another one in the same block of records. */
export function superfluous(entries: readonly number[]): readonly number[] {
  const block = (n: number | undefined): number => Math.floor((n ?? 0) / blockOfRecords);
  return entries.slice(0, -newest).filter((n, index) => block(n) === block(entries[index + 1]));
}

/** A crash can truncate the last line; the next one must not continue it. */
async function endLine(path: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (text === '' || !text.endsWith('\n')) await appendFile(path, text === '' ? '' : '\n', { mode: 0o600 });
}
