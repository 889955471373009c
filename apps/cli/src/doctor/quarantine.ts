import type { Bus, Settlement } from '@cortex/bus';
import { quarantineBucket } from '@cortex/contracts';
import { explainFailure, withBusAt } from '../commands/nats.ts';

/** A record that could not be read, and waits for a person. */
export interface WaitingRecord {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly problem: string;
  readonly foundAt: string;
  readonly foundBy: string;
  readonly byteCount: number;
  readonly isComplete: boolean;
}

/** Records in the quarantine that nobody has seen to, oldest first. */
export function waitingRecords(natsUrl: string): Promise<readonly WaitingRecord[]> {
  return withQuarantine(natsUrl, async (bus) => {
    const entries = await (await bus.bucket(quarantineBucket)).entries();
    return entries
      .filter(({ value }) => value.settled === undefined)
      .map(({ key: id, value }) => {
        const { bucket, key, problem, foundAt, foundBy, bytes, truncatedFrom } = value;
        const byteCount = truncatedFrom ?? Buffer.from(bytes, 'base64').length;
        return { id, bucket, key, problem, foundAt, foundBy, byteCount, isComplete: truncatedFrom === undefined };
      })
      .sort((left, right) => left.foundAt.localeCompare(right.foundAt));
  });
}

export function settleRecord(
  natsUrl: string,
  id: string,
  how: 'restored' | 'dropped',
  by: string,
): Promise<Settlement> {
  return withQuarantine(natsUrl, (bus) => bus.settleQuarantined(id, how, by));
}

/** What is asked of the quarantine may fail after the connection stands, too. */
function withQuarantine<Result>(natsUrl: string, work: (bus: Bus) => Promise<Result>): Promise<Result> {
  const servers = natsUrl.split(',').map((url) => url.trim());
  return explainFailure(servers, () => withBusAt(servers, work));
}
