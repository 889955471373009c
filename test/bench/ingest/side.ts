import { cpuMs, peakResidentMib, residentMib } from '../support/proc.ts';

/** Something that takes remote write requests in and tells of what deviates. */
export interface Side {
  readonly writeUrl: string;
  /** Its processes by name. */
  readonly pids: () => ReadonlyMap<string, number>;
  /** When it first told of an instance, on the clock of this process. */
  readonly told: ReadonlyMap<string, number>;
  /** Samples that have gone through all of it so far, those that it refused included. */
  taken(): Promise<number>;
  /** Of those, the refused. */
  refused(): Promise<number>;
  stop(): Promise<void>;
}

export interface ProcessUsage {
  readonly cpuMs: number;
  readonly mib: number;
  readonly peakMib: number;
}

/** What each process has used so far. */
export function usageOf(side: Side): ReadonlyMap<string, ProcessUsage> {
  return new Map(
    [...side.pids()].map(([name, pid]) => [
      name,
      { cpuMs: cpuMs(pid), mib: residentMib(pid), peakMib: peakResidentMib(pid) },
    ]),
  );
}

/** The sum over the lines of a page of metrics that begin so. */
export async function sumOf(metricsUrl: string, ...starts: readonly string[]): Promise<number> {
  const page = await (await fetch(metricsUrl)).text();
  const lines = page.split('\n').filter((line) => starts.some((start) => line.startsWith(start)));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
