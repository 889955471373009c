import { formatDuration } from '@cortex/conditions';
import { readCondition } from './conditions/read-condition.ts';
import type { ConditionMeaning, Expiry } from './conditions/read-condition.ts';
import { changed, leftOut } from './note.ts';
import type { Note } from './note.ts';
import type { GatusEndpoint } from './read-endpoint.ts';

export type Kind = ConditionMeaning['kind'];

/** A condition of an endpoint with its place. */
export interface Demand<Meaning extends ConditionMeaning = ConditionMeaning> {
  readonly index: number;
  readonly text: string;
  readonly meaning: Meaning;
}

/**
 * The demands of an endpoint's conditions, by kind, and the conditions that are left out, among them kinds not in
 * `allowed`.
 */
export function demandsOf({ path, conditions }: GatusEndpoint, allowed: readonly Kind[], whyNot: string) {
  const all = conditions.map((text, index): Demand => ({ index, text, meaning: readCondition(text) }));
  const notes: Note[] = [];
  const kept = all.filter(({ index, text, meaning }) => {
    if (meaning.kind !== 'left_out' && allowed.includes(meaning.kind)) return true;
    const why = meaning.kind === 'left_out' ? meaning.problem : whyNot;
    notes.push(conditionLeftOut(path, { index, text }, why));
    return false;
  });
  return { kept, notes };
}

export function ofKind<Wanted extends Kind>(demands: readonly Demand[], kind: Wanted) {
  return demands.filter(
    (demand): demand is Demand<Extract<ConditionMeaning, { kind: Wanted }>> => demand.meaning.kind === kind,
  );
}

export function conditionLeftOut(
  path: GatusEndpoint['path'],
  { index, text }: Pick<Demand, 'index' | 'text'>,
  why: string,
): Note {
  return leftOut([...path, 'conditions', index], text, why, 'see docs/plugins.md for what the check can ask');
}

/** The strictest of the limits, as `tls_expiry` writes it. */
export function strictestExpiry(expiries: readonly Expiry[]): string | undefined {
  const [first] = expiries.toSorted((a, b) => b.ms - a.ms || a.operator.length - b.operator.length);
  return first === undefined ? undefined : `${first.operator}${formatDuration(first.ms)}`;
}

/** Interval and timeout of the check. In Cortex a check must be over before it is due again. */
export function timingOf(endpoint: GatusEndpoint, kept: readonly Demand[]) {
  const { path, intervalMs, timeoutMs } = endpoint;
  const wantedMs = Math.min(timeoutMs, ...ofKind(kept, 'within').map(({ meaning }) => meaning.ms));
  const isTooLong = wantedMs >= intervalMs;
  const usedMs = isTooLong ? Math.max(intervalMs - 1, 1) : wantedMs;
  const interval = formatDuration(Math.max(intervalMs, 2));
  const why = `it was ${formatDuration(wantedMs)}, and a check must be over before it is due again, after ${interval}`;
  const notes = isTooLong ? [changed([...path, 'interval'], 'timeout', why, 'make the interval longer')] : [];
  return { timing: { interval, timeout: formatDuration(usedMs), retries: 0 }, notes };
}
