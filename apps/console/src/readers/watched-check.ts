import type { CheckState, CheckView } from '@cortex/api';
import { isFailure, type CheckDefinition, type CheckOutcome } from '@cortex/contracts';
import { CheckHistory, type HistoryEntry } from '@cortex/health';

/** Results kept of each check. */
const resultsKept = 60;
/** A check is late after this many intervals without a result. */
const lateAfterIntervals = 3;
const longestDetail = 500;

/** One configured check with its newest results: about 2 KB once it has reported. */
export class WatchedCheck {
  readonly definition: CheckDefinition;
  #history: CheckHistory | undefined;
  #detail = '';
  #attempts = 1;

  constructor(definition: CheckDefinition) {
    this.definition = definition;
  }

  /** Adds a result of this check; one of an earlier configuration of the same name is ignored. */
  take(outcome: CheckOutcome): void {
    const { type, target } = this.definition;
    if (outcome.type !== type) return;
    if (outcome.target.service !== target.service || outcome.target.instance !== target.instance) return;
    this.#history ??= new CheckHistory(resultsKept);
    const { durationMs, result } = outcome;
    if (!this.#history.take({ atMs: Date.parse(outcome.observedAt), durationMs, result })) return;
    this.#detail = outcome.detail.slice(0, longestDetail);
    this.#attempts = outcome.attempts;
  }

  state(pausedBy: string | undefined, nowMs: number): CheckState {
    if (pausedBy !== undefined) return 'paused';
    const newest = this.#history?.newest();
    if (newest === undefined || newest.result === 'error' || this.#isLate(newest, nowMs)) return 'unknown';
    return isFailure(newest.result) ? 'failing' : 'passing';
  }

  view(pausedBy: string | undefined, nowMs: number): CheckView {
    const { name, type, tier, target, intervalMs } = this.definition;
    const history = this.#history;
    const newest = history?.newest();
    const streak = history?.streak();
    const p50Ms = history?.durationPercentile(50);
    const p95Ms = history?.durationPercentile(95);
    return {
      name,
      label: labelOf(this.definition),
      type,
      tier,
      target,
      intervalMs,
      state: this.state(pausedBy, nowMs),
      late: pausedBy === undefined && newest !== undefined && this.#isLate(newest, nowMs),
      ...(pausedBy === undefined ? {} : { pausedBy }),
      ...(newest === undefined ? {} : { last: { ...pointOf(newest), detail: this.#detail, attempts: this.#attempts } }),
      ...(streak === undefined ? {} : { streak: { count: streak.count, since: isoOf(streak.sinceMs) } }),
      ...(p50Ms === undefined ? {} : { p50Ms }),
      ...(p95Ms === undefined ? {} : { p95Ms }),
      history: (history?.entries() ?? []).map(pointOf),
    };
  }

  #isLate({ atMs }: HistoryEntry, nowMs: number): boolean {
    const { intervalMs, timeoutMs, retries } = this.definition;
    return nowMs - atMs > lateAfterIntervals * intervalMs + (retries + 1) * timeoutMs;
  }
}

/** `http_endpoint` of `shop/http_endpoint:shop-1`. */
function labelOf({ name, target }: Pick<CheckDefinition, 'name' | 'target'>): string {
  const [prefix, suffix] = [`${target.service}/`, `:${target.instance}`];
  const from = name.startsWith(prefix) ? prefix.length : 0;
  return name.slice(from, name.endsWith(suffix) ? name.length - suffix.length : undefined) || name;
}

function pointOf({ atMs, durationMs, result }: HistoryEntry): CheckView['history'][number] {
  return { at: isoOf(atMs), durationMs, result };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
