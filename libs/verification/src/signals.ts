import { type Condition, compileCondition } from '@cortex/conditions';
import { seriesKey, type Target, type TriggeringSignal } from '@cortex/contracts';
import type { Assessment } from './judge.ts';
import { readEach } from './conditions.ts';
import { type SeriesStore, presentSample } from './series.ts';
import { checkKey, type VerificationProgress } from './state.ts';
import { isRaisedBy, type SignalWord } from './triggering.ts';

/** Whether a signal is gone, by evidence from after the effect. */
interface SignalReading {
  readonly verdict: 'pass' | 'fail' | 'no_data';
  readonly detail: string;
  readonly atMs: number;
  /** With `fail`: its value has moved towards what is normal. */
  readonly isBetter?: boolean;
}

/** True while a signal has not been seen gone. */
export function isAnyOpen(progress: VerificationProgress, nowMs: number): boolean {
  return (progress.request.signals ?? []).some((signal) => readSignal(progress, signal, nowMs).verdict !== 'pass');
}

/** One finding for each signal that led to the remediation; those that a check or a sample proves as well. */
export function assessSignals(progress: VerificationProgress, nowMs: number): readonly Assessment[] {
  return (progress.request.signals ?? []).map((signal) => {
    const { verdict, detail, atMs, isBetter = false } = readSignal(progress, signal, nowMs);
    return {
      finding: {
        phase: 'trigger' as const,
        name: nameOf(signal).slice(0, 512),
        verdict,
        detail,
        evidence: { key: signal.key },
        at: new Date(atMs).toISOString(),
      },
      improved: verdict === 'pass' || isBetter,
      worsened: false,
      conflicting: false,
      signal: signal.key,
    };
  });
}

function nameOf({ kind, metric, target, key }: TriggeringSignal): string {
  const where = target.instance === undefined ? target.service : `${target.service}/${target.instance}`;
  return kind === 'health' ? `${where}: health` : `${where}: anomaly of ${metric ?? key}`;
}

function readSignal(progress: VerificationProgress, signal: TriggeringSignal, nowMs: number): SignalReading {
  return signal.kind === 'health' ? readHealth(progress, signal, nowMs) : readAnomaly(progress, signal, nowMs);
}

/** A target is well when all its checks pass, those that failed among them. */
function readHealth(
  { request, records }: VerificationProgress,
  signal: TriggeringSignal,
  nowMs: number,
): SignalReading {
  const checks = request.checks.filter(({ target }) => target.instance === signal.target.instance);
  const unknown = (signal.failingChecks ?? []).filter((name) => checks.every((check) => check.name !== name));
  const seen = checks.map((check) => records.get(checkKey(check)));
  const failing = seen.find((record) => record?.verdict === 'fail');
  if (failing !== undefined) return { verdict: 'fail', detail: 'a check of it fails', atMs: failing.atMs };
  if (checks.length === 0 || unknown.length > 0 || seen.some((record) => record?.verdict !== 'pass')) {
    const which = unknown.length > 0 ? ` by ${unknown.join(', ')}` : '';
    return { verdict: 'no_data', detail: `nobody looked at it${which} since`, atMs: nowMs };
  }
  const atMs = Math.max(...seen.map((record) => record?.atMs ?? nowMs));
  return { verdict: 'pass', detail: 'its checks pass', atMs };
}

/** Gone when its source says so, or when the newest sample is what the anomaly called normal; the later of the two counts. */
function readAnomaly(progress: VerificationProgress, signal: TriggeringSignal, nowMs: number): SignalReading {
  const word = progress.words.get(signal.key);
  const sample = readSample(progress, signal, nowMs);
  if (word?.kind === 'cleared' && (word.end === undefined || word.end === 'back_to_normal')) {
    return { verdict: 'pass', detail: 'its source says that it is over', atMs: word.atMs };
  }
  const isSaidOpen = word?.kind === 'open' && isStillRaised(progress, signal, word);
  if (isSaidOpen && (sample === undefined || sample.verdict !== 'pass' || sample.atMs <= word.atMs)) {
    return {
      verdict: 'fail',
      detail: 'its source says that it goes on',
      atMs: word.atMs,
      isBetter: sample?.isBetter === true,
    };
  }
  if (sample !== undefined) return sample;
  return { verdict: 'no_data', detail: 'its source has not said since that it is over', atMs: nowMs };
}

/** What was raised by the playbook’s trigger goes on while the trigger holds. */
function isStillRaised(
  { request }: VerificationProgress,
  signal: TriggeringSignal,
  { triggers }: Extract<SignalWord, { kind: 'open' }>,
): boolean {
  return !isRaisedBy(signal, request.playbook.id) || triggers.includes(request.playbook.id);
}

/** The newest sample after the effect, held against the playbook’s trigger if that raised it, else against the normal range. */
function readSample(
  progress: VerificationProgress,
  signal: TriggeringSignal,
  nowMs: number,
): SignalReading | undefined {
  const { request, series } = progress;
  if (isRaisedBy(signal, request.playbook.id)) {
    const trigger = compileCondition(request.playbook.trigger.condition);
    const { instance } = signal.target;
    const targets = request.targets.filter((target) => instance === undefined || target.instance === instance);
    return readTrigger(trigger, targets, series, nowMs);
  }
  const { value: was, lower = -Infinity, upper = Infinity } = signal;
  // Where the value itself was within the range, something else was wrong with it.
  if (was === undefined || (was >= lower && was <= upper)) return undefined;
  const own = seriesOf(series, signal);
  const sample = own === undefined ? undefined : presentSample(own, nowMs);
  if (sample === undefined) return undefined;
  const { value, timeMs: atMs } = sample;
  const detail = `${signal.metric} is ${value}`;
  if (value >= lower && value <= upper) return { verdict: 'pass', detail: `${detail}, as is normal`, atMs };
  const bound = was > upper ? upper : lower;
  const isBetter = Math.abs(value - bound) < 0.95 * Math.abs(was - bound);
  return { verdict: 'fail', detail: `${detail}, was ${was}`, atMs, isBetter };
}

/** The trigger holds where it holds on any of the series. */
function readTrigger(
  trigger: Condition,
  targets: readonly Target[],
  series: SeriesStore,
  nowMs: number,
): SignalReading | undefined {
  const readings = targets.flatMap((target) => readEach(trigger, target, series, nowMs));
  const holding = readings.find(({ verdict }) => verdict === 'true');
  const decisive = holding ?? readings.at(-1);
  const values = Object.entries(decisive?.values ?? {}).map(([name, value]) => `${name} is ${value}`);
  const atMs = decisive?.sampledAtMs ?? nowMs;
  if (holding !== undefined) return { verdict: 'fail', detail: `its trigger holds: ${values.join(', ')}`, atMs };
  if (readings.length === 0 || readings.some(({ verdict }) => verdict !== 'false')) return undefined;
  return { verdict: 'pass', detail: `its trigger does not hold any more: ${values.join(', ')}`, atMs };
}

function seriesOf(store: SeriesStore, { target, metric, labels = {} }: TriggeringSignal) {
  if (metric === undefined) return undefined;
  const { service, instance } = target;
  return store.get(seriesKey({ service, ...(instance === undefined ? {} : { instance }), metric, labels }));
}
