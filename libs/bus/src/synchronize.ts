import { clockBucket, clockIntervalMs, escapeToken } from '@cortex/contracts';
import { openBucket } from './bucket.ts';
import type { Link } from './link.ts';
import type { Bucket, Consumption } from './ports.ts';
import type { ClockReading } from '@cortex/contracts';

/** An answer that took longer says too little: it is asked for again, a few times. */
const goodEnoughMs = 500;
const maxTries = 3;

/** Asks the server for its time, and again now and then. Resolves when the clock of the link shows it. */
export async function keepSynchronized(link: Link): Promise<Consumption> {
  const bucket = await openBucket(link, clockBucket);
  for (let tries = 1; tries <= maxTries; tries += 1) {
    await ask(link, bucket);
    if (aheadMsOf(link) !== undefined) break;
  }
  // The others read how it is only in what is written from now on.
  await ask(link, bucket);
  let asking = Promise.resolve();
  let isAsking = false;
  const again = (): void => {
    if (isAsking) return;
    isAsking = true;
    asking = ask(link, bucket)
      .catch((error: unknown) => link.logger.debug({ error: String(error) }, 'the server did not tell its time'))
      .finally(() => (isAsking = false));
  };
  link.clock.onJump = again;
  const timer = link.runtime.every(clockIntervalMs, again);
  return {
    async stop() {
      timer.cancel();
      link.clock.onJump = () => undefined;
      await asking;
    },
  };
}

/** The server's time is that of a write of ours: it is between the moment before the write and the one after it. */
async function ask(link: Link, bucket: Bucket<ClockReading>): Promise<void> {
  const { clock, machine, instance, hooks } = link;
  const key = escapeToken(instance);
  const wallMs = machine.now().getTime();
  const askedMs = machine.monotonicMs();
  const aheadMs = aheadMsOf(link);
  const at = new Date(wallMs).toISOString();
  const revision = await bucket.put(key, { at, ...(aheadMs === undefined ? {} : { aheadMs }) });
  const answeredMs = machine.monotonicMs();
  const entry = await bucket.get(key);
  if (entry?.revision !== revision) return;
  clock.take({ serverMs: entry.writtenAtMs, askedMs, answeredMs, wallMs });
  if (clock.skew !== undefined) hooks.clock?.(clock.skew);
}

function aheadMsOf({ clock: { skew } }: Link): number | undefined {
  return skew === undefined || skew.errorMs > goodEnoughMs ? undefined : Math.round(skew.skewMs);
}
