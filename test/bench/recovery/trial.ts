import { untilAnotherAnswers } from './ask.ts';
import type { Side } from './side.ts';

export type Fault = 'SIGKILL' | 'SIGSTOP';

export interface Trial {
  readonly side: string;
  readonly fault: Fault;
  /** When the signal was sent, on the clock of this process. */
  readonly atMs: number;
  /** Until a new process answered 200. */
  readonly tookMs: number;
}

/** A recovery that takes longer fails the benchmark. */
export const longestMs = 60_000;

/** Sends the signal to the process that answers now, and waits until another one does. */
export async function runTrial(side: Side, fault: Fault): Promise<Trial> {
  const pid = await untilAnotherAnswers(side.url, undefined, longestMs);
  process.kill(pid, fault);
  const atMs = performance.now();
  await untilAnotherAnswers(side.url, pid, longestMs);
  return { side: side.name, fault, atMs, tookMs: performance.now() - atMs };
}
