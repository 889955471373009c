import type { CheckView, TargetView } from '@cortex/api';

/**
 * What is said of a target beside its state, from the newest results of its checks: the record keeps what was so when
 * the state changed, and that may be over.
 */
export function presentHealth(view: TargetView, checks: readonly CheckView[]): TargetView {
  if (view.unseenSince !== undefined) {
    const reason = `nobody has looked at it since ${view.unseenSince}: does a health-checker run?${was(view)}`;
    return { ...view, reason };
  }
  if (view.state === 'HEALTHY') return { ...view, reason: '', failing: [] };
  const reported = checks.filter(({ last }) => last !== undefined);
  if (view.state === 'UNKNOWN' || reported.length === 0) return view;
  const failing = reported.filter(({ state }) => state === 'failing').flatMap(outcomeOf);
  if (failing.length === 0) return { ...view, failing, reason: `no check fails any more, not yet proved${was(view)}` };
  const noted = new Set(view.failing.map(({ check }) => check));
  const isAsNoted = noted.size === failing.length && failing.every(({ check }) => noted.has(check));
  const reason = isAsNoted ? view.reason : `${failing.length} of ${reported.length} checks fail`;
  return { ...view, failing, reason };
}

function outcomeOf({ name, type, tier, target, last }: CheckView): TargetView['failing'] {
  if (last === undefined) return [];
  const { at, durationMs, result, detail, attempts } = last;
  return [{ check: name, type, tier, target, result, attempts, durationMs, detail, observedAt: at }];
}

/** With its time, so that nobody takes it for what is so now. */
function was({ reason, since }: TargetView): string {
  if (reason === '') return '';
  return since === undefined ? `; it was: ${reason}` : `; it was, at ${since}: ${reason}`;
}
