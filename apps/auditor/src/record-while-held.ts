import type { AuditRecord } from '@cortex/audit';
import { auditSubject, auditedStreams, nextRecord } from '@cortex/audit';
import type { Bus, Consumption, RawMessage } from '@cortex/bus';
import { canonicalJson } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import type { ServiceContext } from '@cortex/service';
import { readChainEnd } from './chain-end.ts';
import type { ChainEnd } from './chain-end.ts';
import type { Checkpoints } from './checkpoints.ts';
import { Intake } from './intake.ts';
import type { AuditMetrics } from './metrics.ts';

const batchMessages = 128;
const batchBytes = 4 * 1_024 * 1_024;
const idleMs = 1_000;

export interface Recording {
  readonly bus: Bus;
  readonly logger: ServiceContext['logger'];
  readonly metrics: AuditMetrics;
  readonly checkpoints: Checkpoints;
  /** Aborts when this instance may not write any more. */
  readonly signal: AbortSignal;
}

/** Another writer continued the chain: this instance steps back. */
class ChainTakenError extends CortexError {
  constructor() {
    super('CORTEX_AUDITOR_CHAIN_TAKEN', 'another auditor continued the chain, so this one stands by. Nothing is lost.');
  }
}

/**
 * Continues the chain from its own last record, which holds the position of each stream, until `signal`. Throws {@link
 * ChainTakenError} when there is another writer.
 */
export async function recordWhileHeld(recording: Recording): Promise<void> {
  const { bus, checkpoints, signal, logger } = recording;
  const log = bus.appendLog('AUDIT', auditSubject);
  let end = await readChainEnd(bus, log);
  if ((end.record?.n ?? 0) < checkpoints.longest) {
    const facts = { entries: end.record?.n ?? 0, signed: checkpoints.longest };
    logger.error(facts, 'the audit chain is shorter than its last checkpoint: records were cut off');
  }
  const intake = new Intake();
  const over = new AbortController();
  const onAbort = (): void => {
    over.abort();
    intake.wake();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const readers = await startReaders(recording, end, intake, over.signal);
  try {
    while (!signal.aborted) {
      await intake.waitForMessages(idleMs);
      if (!signal.aborted) end = await appendBatch(recording, log, end, intake);
      if (end.record !== undefined) await checkpoints.advance(end.record);
    }
    if (end.record !== undefined) await checkpoints.advance(end.record, 'at once');
  } finally {
    signal.removeEventListener('abort', onAbort);
    onAbort();
    await Promise.all(readers.map((reader) => reader.stop()));
  }
}

function startReaders(
  { bus, logger, metrics }: Recording,
  end: ChainEnd,
  intake: Intake,
  over: AbortSignal,
): Promise<Consumption[]> {
  return Promise.all(
    auditedStreams.map((stream) => {
      let position = end.record?.positions[stream] ?? 0;
      return bus.readRaw({
        stream,
        fromSequence: position + 1,
        handle: async (message) => {
          // Every event passes here, also those without a consumer, so that every bad one gets a dead letter.
          await bus.deadLetterIfBad(message, 'auditor');
          // Messages that are not put in are read again by the next writer of the chain.
          if (!(await intake.put(message, over))) return;
          const missed = message.sequence - position - 1;
          if (missed > 0) {
            metrics.missed(stream, missed);
            logger.error({ stream, after: position, missed }, 'messages were gone before the audit could take them in');
          }
          position = message.sequence;
        },
      });
    }),
  );
}

/** Appends the oldest messages and drops from the intake exactly those that are certainly in the chain. */
async function appendBatch(
  { bus, metrics, logger }: Recording,
  log: ReturnType<Bus['appendLog']>,
  end: ChainEnd,
  intake: Intake,
): Promise<ChainEnd> {
  const batch = intake.peek(batchMessages, batchBytes);
  if (batch.length === 0) return end;
  const records: AuditRecord[] = [];
  for (const message of batch) records.push(nextRecord(records.at(-1) ?? end.record, audited(message)));
  const lines = records.map((record) => Buffer.from(canonicalJson(record)));
  const appended = await log.append(lines, end.sequence);
  if (appended === batch.length) {
    intake.drop(appended);
    metrics.recorded(appended);
    return { sequence: end.sequence + appended, record: records.at(-1) };
  }
  logger.warn(
    { wanted: batch.length, appended },
    'an append got no certain answer; reading the end of the chain again',
  );
  const found = await readChainEnd(bus, log);
  const known = [end.record?.hash, ...records.map((record) => record.hash)].indexOf(found.record?.hash);
  if (known === -1) throw new ChainTakenError();
  intake.drop(known);
  metrics.recorded(known);
  return found;
}

function audited(message: RawMessage): Parameters<typeof nextRecord>[1] {
  const { stream, sequence, subject, at, data } = message;
  return { stream, sequence, subject, at, data, eventId: message.header('Nats-Msg-Id') ?? '' };
}
