import { AuditRecord } from '@cortex/audit';
import type { AppendLog, Bus } from '@cortex/bus';

/** The end of the chain: the last record, and the sequence in the stream that the next one must follow. */
export interface ChainEnd {
  readonly sequence: number;
  readonly record: AuditRecord | undefined;
}

/** Number of messages before the end that are searched for a record when the last message is none. */
const searched = 10_000;

/**
 * The end of the chain as the stream holds it. A message that is no record (another program wrote into the stream) is
 * skipped: verification reports it, and the chain continues behind it.
 */
export async function readChainEnd(bus: Bus, log: AppendLog): Promise<ChainEnd> {
  const { sequence, data } = await log.end();
  if (sequence === 0) return { sequence, record: undefined };
  const last = data === undefined ? undefined : parseRecord(data);
  return { sequence, record: last ?? (await lastRecordBefore(bus, sequence)) };
}

function parseRecord(data: Uint8Array): AuditRecord | undefined {
  try {
    return AuditRecord.safeParse(JSON.parse(Buffer.from(data).toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

async function lastRecordBefore(bus: Bus, sequence: number): Promise<AuditRecord | undefined> {
  let last: AuditRecord | undefined;
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const reading = await bus.readRaw({
    stream: 'AUDIT',
    fromSequence: Math.max(1, sequence - searched),
    handle: ({ data }) => {
      last = parseRecord(data) ?? last;
    },
    onCaughtUp: () => finish(),
  });
  await done;
  await reading.stop();
  return last;
}
