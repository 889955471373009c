import type { Incident } from '@cortex/contracts';
import { msBetween } from '../time.ts';
import { signalPoints } from './severity.ts';

/**
 * What is wrong now, in one line: the worst of the active signals. Among equals those that began last, and of these, when they
 * began within `togetherMs`, the first. Undefined when nothing is active.
 */
export function titleOf(
  { service, signals }: Pick<Incident, 'service' | 'signals'>,
  togetherMs: number,
): string | undefined {
  const active = signals.filter((signal) => signal.active);
  // A failing check is surer than a deviation.
  const weights = active.map((signal) => signalPoints(signal) + (signal.kind === 'health' ? 1 : 0));
  const worst = active.filter((_, index) => weights[index] === Math.max(...weights));
  const lastMs = Math.max(...worst.map(({ startedAt }) => Date.parse(startedAt)));
  const [lead] = worst
    .filter(({ startedAt }) => msBetween(startedAt, new Date(lastMs).toISOString()) <= togetherMs)
    .toSorted((left, right) => msBetween(right.startedAt, left.startedAt));
  return lead === undefined ? undefined : `${service}: ${lead.summary}`.slice(0, 500);
}
