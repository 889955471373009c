import type { Bus } from '@cortex/bus';
import { AuditCheckpoint, auditCheckpointBucket, streams } from '@cortex/contracts';
import type { StreamName } from '@cortex/contracts';
import type { AuditKey } from './checkpoint.ts';

export const auditSubject = 'cortex.audit.record';

const unaudited: readonly StreamName[] = ['TELEMETRY', 'AUDIT', 'DEAD_LETTERS'];

/** Every stream that is audited: all facts but raw samples, and not the audit's own records. */
export const auditedStreams: readonly StreamName[] = (Object.keys(streams) as StreamName[]).filter(
  (stream) => !unaudited.includes(stream),
);

export interface StoredSignatures {
  readonly checkpoints: readonly AuditCheckpoint[];
  readonly keys: readonly AuditKey[];
}

/** Checkpoints and public keys as the bucket holds them. Whoever can write the bucket can change both: pin keys elsewhere. */
export async function readSignatures(bus: Bus): Promise<StoredSignatures> {
  const bucket = await bus.bucket(auditCheckpointBucket);
  const checkpoints: AuditCheckpoint[] = [];
  const keys: AuditKey[] = [];
  for (const { value } of await bucket.entries()) {
    if ('publicKey' in value) keys.push({ keyId: value.keyId, publicKey: value.publicKey });
    else checkpoints.push(value);
  }
  return { checkpoints: checkpoints.sort((left, right) => left.entries - right.entries), keys };
}

export function checkpointKey(entries: number): string {
  return `checkpoint.${entries}`;
}

export function publicKeyKey(keyId: string): string {
  return `key.${keyId}`;
}

/** Every record of the chain as it is stored now, oldest first. Holds one in memory at a time. */
export async function* storedRecords(bus: Bus): AsyncGenerator<Uint8Array> {
  let offer: { readonly data: Uint8Array; readonly taken: () => void } | undefined;
  let ended = false;
  let wake = (): void => undefined;
  const reading = await bus.readRaw({
    stream: 'AUDIT',
    fromSequence: 1,
    handle: ({ data }) =>
      new Promise<void>((taken) => {
        if (ended) {
          taken();
          return;
        }
        offer = { data, taken };
        wake();
      }),
    onCaughtUp: () => {
      ended = true;
      wake();
    },
  });
  try {
    for (;;) {
      if (offer !== undefined) {
        const { data, taken } = offer;
        offer = undefined;
        yield data;
        taken();
      } else if (ended) {
        return;
      } else {
        await new Promise<void>((resolve) => (wake = resolve));
      }
    }
  } finally {
    ended = true;
    offer?.taken();
    await reading.stop();
  }
}
