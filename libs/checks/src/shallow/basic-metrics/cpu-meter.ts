import { cpus } from 'node:os';

export interface CpuTimes {
  readonly busyMs: number;
  readonly totalMs: number;
}

export interface CpuMeter {
  /** Percent of all processors that was recently in use; waits a moment if there is no earlier sample. */
  usage(wait: (ms: number) => Promise<void>): Promise<{ readonly percent: number; readonly overMs: number }>;
}

/** An average over less than this is mostly noise: the kernel counts in ticks of 10 ms. */
const leastWindowMs = 1_000;
/** Older samples say nothing about the present. */
const longestWindowMs = 30_000;
const firstWindowMs = 60;

/**
 * Remembers earlier samples of the processor times, so that a check that runs every few seconds gives the average since
 * then, without waiting. Only the first call takes a short sample.
 */
export function createCpuMeter(
  read: () => CpuTimes = readCpuTimes,
  now: () => number = () => performance.now(),
): CpuMeter {
  let looks: { readonly atMs: number; readonly times: CpuTimes }[] = [];
  const look = () => ({ atMs: now(), times: read() });
  return {
    async usage(wait) {
      let last = look();
      looks = looks.filter(({ atMs }) => last.atMs - atMs <= longestWindowMs);
      // The youngest sample that is old enough: the result is about the present, and many checks share one meter.
      let first = looks.findLast(({ atMs }) => last.atMs - atMs >= leastWindowMs);
      if (first === undefined) {
        first = last;
        await wait(firstWindowMs);
        last = look();
      }
      if (looks.length === 0 || last.atMs - (looks.at(-1)?.atMs ?? 0) >= leastWindowMs) looks.push(last);
      const totalMs = last.times.totalMs - first.times.totalMs;
      const busyMs = last.times.busyMs - first.times.busyMs;
      const percent = totalMs > 0 ? Math.min(100, Math.max(0, (100 * busyMs) / totalMs)) : Number.NaN;
      return { percent, overMs: Math.round(last.atMs - first.atMs) };
    },
  };
}

function readCpuTimes(): CpuTimes {
  let [busyMs, totalMs] = [0, 0];
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq;
    busyMs += busy;
    totalMs += busy + times.idle;
  }
  return { busyMs, totalMs };
}
