import { setTimeout as pause } from 'node:timers/promises';
import { windowSamples } from './prometheus-side.ts';
import { send } from './send.ts';
import { usageOf, type ProcessUsage, type Side } from './side.ts';
import type { Workload } from './workload.ts';

/** So much of what fills the windows lies in the past when it begins, and is sent at once. */
const shareOfPast = 0.8;
const roundsBeforeSpikes = 3;
/** Long enough for a snapshot of the detection's state to count with about the weight that it has in the long run. */
const rounds = 40;

export interface LiveResult {
  readonly samples: number;
  /** Of each side: what its processes had used when the measurement began, and when it ended. */
  readonly usages: readonly (readonly [ReadonlyMap<string, ProcessUsage>, ReadonlyMap<string, ProcessUsage>])[];
  /** Of each side: milliseconds from sending the first value of each spike until it was told of; infinite where it never was. */
  readonly delaysMs: readonly (readonly number[])[];
  /** Of each side: instances that it told of without reason. */
  readonly falseAlerts: readonly number[];
  /** How far behind its time a request was sent at worst. */
  readonly lateMs: number;
}

/**
 * Sends the very same requests to all sides: first what fills the windows, as fast as it is taken until the present is
 * reached, then in real time, each request at its own moment of the interval. Measured is the latter alone, once all sides
 * have caught up.
 */
export async function runLive(sides: readonly Side[], workload: Workload, intervalMs: number): Promise<LiveResult> {
  const { requests, series } = workload;
  const startMs = Date.now() - Math.round(shareOfPast * windowSamples) * intervalMs;
  const momentOf = (request: number, round: number): number =>
    startMs + round * intervalMs + Math.floor((request * intervalMs) / requests);
  const sentAt = new Map<string, number>();
  let sent = 0;
  let lateMs = 0;
  let begin = Number.POSITIVE_INFINITY;

  async function sendRequest(request: number): Promise<void> {
    for (let round = 0; round < begin + rounds; round += 1) {
      const timeMs = momentOf(request, round);
      const spikeRound = begin + roundsBeforeSpikes + request;
      if (round === spikeRound) {
        const now = performance.now() + Math.max(0, timeMs - Date.now());
        sentAt.set(workload.plantSpike(request, round), now);
      }
      const body = workload.body(request, round, timeMs);
      if (timeMs > Date.now()) await pause(timeMs - Date.now());
      if (round >= begin) lateMs = Math.max(lateMs, Date.now() - timeMs);
      await Promise.all(sides.map((side) => send(side, body)));
      sent += workload.sizeOf(request);
    }
  }
  /** The first round of which all sides have taken in everything before. */
  async function caughtUp(): Promise<number> {
    for (let round = windowSamples; ; round += 1) {
      await pause(momentOf(0, round) - Date.now());
      const taken = await Promise.all(sides.map((side) => side.taken()));
      if (sent >= (round - 1) * series && taken.every((one) => one >= (round - 1) * series)) return round + 1;
    }
  }
  async function measure() {
    begin = await caughtUp();
    await pause(momentOf(0, begin) - Date.now());
    const before = sides.map(usageOf);
    await pause(momentOf(0, begin + rounds) - Date.now());
    return { before, after: sides.map(usageOf) };
  }
  const [{ before, after }] = await Promise.all([
    measure(),
    ...Array.from({ length: requests }, (_, request) => sendRequest(request)),
  ]);
  return {
    samples: rounds * series,
    usages: sides.map((_, at) => [before[at] ?? new Map(), after[at] ?? new Map()]),
    delaysMs: sides.map(({ told }) =>
      [...sentAt].map(([instance, atMs]) => (told.get(instance) ?? Number.POSITIVE_INFINITY) - atMs),
    ),
    falseAlerts: sides.map(({ told }) => [...told.keys()].filter((instance) => !sentAt.has(instance)).length),
    lateMs,
  };
}
