import type { Incident } from '@cortex/contracts';
import type { Facts } from '../model/facts.ts';
import { latest, msBetween } from '../time.ts';

/**
 * When the active signals were last said to be so, if that was long before the incident was opened with them, after an
 * absence, and nothing has said it since: open anomalies are repeated, so nobody knows whether they are still open.
 */
export function silentSince(
  { signals, openedAt }: Pick<Incident, 'signals' | 'openedAt'>,
  { safety }: Pick<Facts, 'safety'>,
): string | undefined {
  const active = signals.filter((signal) => signal.active);
  const [first, ...others] = active.map(({ detectedAt }) => detectedAt);
  if (first === undefined || active.some(({ kind }) => kind === 'health')) return undefined;
  const newest = latest(first, ...others);
  return msBetween(newest, openedAt) > safety.signalMaxAgeMs ? newest : undefined;
}
