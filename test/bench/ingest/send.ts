import { setTimeout as pause } from 'node:timers/promises';
import type { Side } from './side.ts';
import type { Workload } from './workload.ts';

/** Sends one request until it is taken in, as Prometheus does: what is answered with 503 comes again. */
export async function send({ writeUrl }: Side, body: Buffer): Promise<void> {
  for (let waitMs = 30; ; waitMs = Math.min(5_000, waitMs * 2)) {
    const response = await fetch(writeUrl, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
    });
    const said = await response.text();
    if (response.ok) return;
    if (response.status !== 503) throw new Error(`${writeUrl} answered ${response.status}: ${said}`);
    await pause(Number(response.headers.get('retry-after') ?? 0) * 1_000 || waitMs);
  }
}

const connections = 4;

export interface Rounds {
  readonly from: number;
  readonly to: number;
  readonly timeOf: (round: number) => number;
}

/** Sends these rounds as fast as they are taken in, over several connections; each has its own series, in order. */
export async function sendAll(side: Side, workload: Workload, { from, to, timeOf }: Rounds): Promise<void> {
  await Promise.all(
    Array.from({ length: Math.min(connections, workload.requests) }, async (_, connection) => {
      for (let round = from; round < to; round += 1) {
        for (let request = connection; request < workload.requests; request += connections) {
          await send(side, workload.body(request, round, timeOf(round)));
        }
      }
    }),
  );
}

/** Waits until so many samples have gone through. */
export async function untilTaken(side: Side, samples: number): Promise<void> {
  const deadline = performance.now() + 240_000;
  for (;;) {
    // Under full load an answer may fail to come in time; the next one tells.
    const taken = await side.taken().catch(() => 0);
    if (taken >= samples) return;
    if (performance.now() > deadline) throw new Error(`only ${taken} of ${samples} samples have gone through`);
    // Each look costs the process that is looked at.
    await pause(250);
  }
}
