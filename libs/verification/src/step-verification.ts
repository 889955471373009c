import { verificationDefaults, type CheckOutcome, type SeriesBatch, type VerificationFinding } from '@cortex/contracts';
import { assessAll } from './assess.ts';
import { readCondition } from './conditions.ts';
import { judge } from './judge.ts';
import type { Assessment, Judgement } from './judge.ts';
import { addSamples } from './series.ts';
import { isAnyOpen } from './signals.ts';
import type { SignalWord } from './triggering.ts';
import { checkKey, outcomeKey } from './state.ts';
import type { TrackRecord, VerificationProgress } from './state.ts';

export type Observation =
  | { readonly kind: 'tick' }
  /** Results of the requested checks. */
  | { readonly kind: 'checks'; readonly outcomes: readonly CheckOutcome[] }
  /** The last result of each check from before the remediation, oldest first. */
  | { readonly kind: 'checks_before'; readonly outcomes: readonly CheckOutcome[] }
  /** What the source of one anomaly says of it. */
  | { readonly kind: 'word'; readonly key: string; readonly word: SignalWord }
  | { readonly kind: 'samples'; readonly batches: readonly SeriesBatch[] };

/** What the verification needs next. */
export type Wish =
  | { readonly kind: 'wait'; readonly untilMs: number }
  /** Run these checks, by {@link checkKey}, and hand in all their results at once. */
  | { readonly kind: 'run_checks'; readonly checks: readonly string[] }
  | { readonly kind: 'verdict'; readonly verdict: VerificationVerdict };

export interface VerificationVerdict extends Judgement {
  readonly findings: readonly VerificationFinding[];
  /** Start of the unbroken healthy streak; with SUCCESS only. */
  readonly recoveredAt?: string;
}

export interface VerificationStep {
  readonly state: VerificationProgress;
  readonly wish: Wish;
}

const maxFindings = 500;
const roundsPerSpan = 10;
const maxRoundMs = 5_000;
const minRoundMs = 250;

/** A target that was well for so long had recovered: what fails after that is trouble that came back. */
const recoveredAfterMs = 10_000;
/** What was well and fails has failed again when that lasts for so long: shorter is a blip. */
const returnedAfterMs = 10_000;

/** The streak may break and begin again until this many times its length have gone by. */
const deadlineStreaks = 3;

/**
 * Applies one observation and returns what is needed next. Spec 8.2, steps 1 and 2, and health checks for their
 * duration.
 */
export function stepVerification(
  before: VerificationProgress,
  observation: Observation,
  now: string,
): VerificationStep {
  const nowMs = Date.parse(now);
  switch (observation.kind) {
    case 'samples':
      return remember(withSamples(before, observation.batches));
    case 'word':
      return remember(withWord(before, observation.key, observation.word));
    case 'checks_before':
      return remember(withChecksBefore(before, observation.outcomes));
    case 'checks':
      return finishRound({ ...withOutcomes(before, observation.outcomes, nowMs), isRunning: false }, nowMs);
    case 'tick':
      return proceed(before, nowMs);
    default:
      return observation satisfies never;
  }
}

/** Only a tick begins a round, so other observations never lead to a request to run checks. */
function remember(progress: VerificationProgress): VerificationStep {
  return { state: progress, wish: { kind: 'wait', untilMs: progress.nextRoundMs } };
}

function proceed(progress: VerificationProgress, nowMs: number): VerificationStep {
  if (progress.isRunning || nowMs < progress.nextRoundMs) return remember(progress);
  const state =
    progress.stage === 'settling' ? { ...progress, stage: 'looking' as const, stageSinceMs: nowMs } : progress;
  const due = state.request.checks
    // Costly checks keep their own interval; cheap ones run in every round.
    .filter((check) => {
      const lastMs = state.lastRunMs.get(checkKey(check));
      if (lastMs === undefined || check.tier === 'shallow') return true;
      return state.records.get(checkKey(check))?.verdict !== 'pass' || nowMs - lastMs >= check.intervalMs;
    })
    .map(checkKey);
  if (due.length === 0) return finishRound(state, nowMs);
  return { state: { ...state, isRunning: true }, wish: { kind: 'run_checks', checks: due } };
}

/** All checks of the round have answered: evaluate the conditions, then go on, wait or judge. */
function finishRound(progress: VerificationProgress, nowMs: number): VerificationStep {
  const read = withConditions(progress, nowMs);
  const isBroken = [...read.records.values()].some(({ verdict }) => verdict === 'fail');
  return read.stage === 'watching' ? watch(withStreak(read, isBroken, nowMs), nowMs) : look(read, isBroken, nowMs);
}

/** Spec 8.2 step 1: a first look, and as many more as the playbook allows while something fails. */
function look(progress: VerificationProgress, isBroken: boolean, nowMs: number): VerificationStep {
  const { retries, immediateTimeoutMs } = progress.request.playbook.verification;
  const looks = progress.looks + 1;
  if (!isBroken) {
    const watching = { ...progress, looks, stage: 'watching' as const, stageSinceMs: nowMs };
    return watch({ ...watching, streakSinceMs: nowMs }, nowMs);
  }
  if (looks > retries) return conclude({ ...progress, looks }, nowMs, false);
  const untilMs = Math.max(nowMs, progress.stageSinceMs + (looks * immediateTimeoutMs) / retries);
  return { state: { ...progress, looks, nextRoundMs: untilMs }, wish: { kind: 'wait', untilMs } };
}

/** Spec 8.2 step 2 and spec 8.1: trends do not worsen, and nothing fails for as long as the playbook says. */
function watch(progress: VerificationProgress, nowMs: number): VerificationStep {
  const {
    healthChecksMs,
    immediateTimeoutMs,
    shortTerm,
    signalsMs = verificationDefaults.signalsMs,
  } = progress.request.playbook.verification;
  const { streakSinceMs, brokenSinceMs, stageSinceMs } = progress;
  const streakMs = progress.request.checks.length > 0 ? healthChecksMs : 0;
  const trendMs = shortTerm.metrics.length > 0 ? shortTerm.durationMs : 0;
  const isSilent = [...progress.records.values()].some(({ verdict }) => verdict === 'no_data');

  const isLongEnough = streakSinceMs !== undefined && nowMs - streakSinceMs >= streakMs;
  const isTrendDue = nowMs - stageSinceMs >= trendMs;
  const isDataDue = !isSilent || nowMs - stageSinceMs >= immediateTimeoutMs;
  const isSignalAwaited = nowMs - stageSinceMs < signalsMs && isAnyOpen(progress, nowMs);
  if (isLongEnough && isTrendDue && isDataDue && !isSignalAwaited) return conclude(progress, nowMs, false);
  const brokenMs = brokenSinceMs === undefined ? 0 : nowMs - brokenSinceMs;
  // What was well need not be given the time to come up again.
  const wasWell = (progress.heldMs ?? 0) > 0;
  const patienceMs = wasWell ? Math.min(returnedAfterMs, immediateTimeoutMs) : immediateTimeoutMs;
  if (brokenSinceMs !== undefined && brokenMs >= patienceMs) return conclude(progress, nowMs, false);

  const awaitMs = isSignalAwaited ? signalsMs : 0;
  const deadlineMs = stageSinceMs + Math.max(deadlineStreaks * streakMs, trendMs, awaitMs) + immediateTimeoutMs;
  if (nowMs >= deadlineMs) return conclude(progress, nowMs, true);

  const spanMs = Math.max(streakMs, trendMs, awaitMs, isSilent ? immediateTimeoutMs : 0);
  const everyMs = Math.min(Math.max(Math.round(spanMs / roundsPerSpan), minRoundMs), maxRoundMs);
  // The round that ends the streak comes when the streak is long enough, not up to a whole round later.
  const endMs = streakSinceMs === undefined ? deadlineMs : Math.max(streakSinceMs + streakMs, stageSinceMs + trendMs);
  const untilMs = endMs > nowMs ? Math.min(nowMs + everyMs, endMs) : nowMs + everyMs;
  return { state: { ...progress, nextRoundMs: untilMs }, wish: { kind: 'wait', untilMs } };
}

function conclude(progress: VerificationProgress, nowMs: number, isDeadline: boolean): VerificationStep {
  const assessments = assessAll(progress, nowMs, isDeadline);
  const { heldMs = 0 } = progress;
  const held = { ms: heldMs, isRecovery: heldMs >= recoveredAfterMs };
  const judgement = judge(assessments, heldMs > 0 ? held : undefined);
  const verdict: VerificationVerdict = {
    ...judgement,
    findings: worstFirst(assessments).slice(0, maxFindings),
    ...(judgement.state === 'SUCCESS' ? { recoveredAt: recoveredAt(progress, nowMs) } : {}),
  };
  return { state: progress, wish: { kind: 'verdict', verdict } };
}

/** The time since which everything has passed: the latest start among all the streaks. */
function recoveredAt(progress: VerificationProgress, nowMs: number): string {
  const starts = [...progress.records.values()].map(({ passingSinceMs }) => passingSinceMs ?? nowMs);
  return new Date(Math.max(progress.streakSinceMs ?? nowMs, ...starts)).toISOString();
}

function worstFirst(assessments: readonly Assessment[]): readonly VerificationFinding[] {
  const rank = { fail: 0, no_data: 1, pass: 2 };
  return assessments.map(({ finding }) => finding).sort((left, right) => rank[left.verdict] - rank[right.verdict]);
}

function withSamples(progress: VerificationProgress, batches: readonly SeriesBatch[]): VerificationProgress {
  const { metrics, request, span } = progress;
  const series = addSamples(progress.series, batches, new Set(metrics.keys()), request.targets, span);
  return { ...progress, series };
}

/** Only what was said of the time after the effect. */
function withWord(progress: VerificationProgress, key: string, word: SignalWord): VerificationProgress {
  const known = progress.words.get(key);
  if (word.atMs <= progress.span.effectAtMs || (known !== undefined && known.atMs > word.atMs)) return progress;
  return { ...progress, words: new Map([...progress.words, [key, word]]) };
}

function withChecksBefore(progress: VerificationProgress, outcomes: readonly CheckOutcome[]): VerificationProgress {
  const checksBefore = new Map(progress.checksBefore);
  for (const outcome of outcomes) {
    if (Date.parse(outcome.observedAt) > progress.span.startedAtMs || outcome.result === 'error') continue;
    checksBefore.set(outcomeKey(outcome), outcome.result === 'pass');
  }
  return { ...progress, checksBefore };
}

function withOutcomes(
  progress: VerificationProgress,
  outcomes: readonly CheckOutcome[],
  nowMs: number,
): VerificationProgress {
  const known = new Set(progress.request.checks.map(checkKey));
  const records = new Map(progress.records);
  const lastRunMs = new Map(progress.lastRunMs);
  for (const outcome of outcomes) {
    const key = outcomeKey(outcome);
    const seenAtMs = Date.parse(outcome.observedAt);
    if (!known.has(key) || seenAtMs <= progress.span.effectAtMs) continue;
    lastRunMs.set(key, nowMs);
    records.set(key, nextRecord(records.get(key), verdictOf[outcome.result], outcome.detail, seenAtMs));
  }
  return { ...progress, records, lastRunMs };
}

function withConditions(progress: VerificationProgress, nowMs: number): VerificationProgress {
  const records = new Map(progress.records);
  for (const { key, target, condition } of progress.conditions) {
    const reading = readCondition(condition, target, progress.series, nowMs);
    const verdicts = { true: 'pass', false: 'fail', no_data: 'no_data' } as const;
    const values = Object.entries(reading.values).map(([name, value]) => `${name} is ${value}`);
    const detail = reading.verdict === 'no_data' ? `no data for ${reading.missing.join(', ')}` : values.join(', ');
    const atMs = reading.sampledAtMs ?? nowMs;
    records.set(key, nextRecord(records.get(key), verdicts[reading.verdict], detail, atMs));
  }
  return { ...progress, records };
}

function withStreak(progress: VerificationProgress, isBroken: boolean, nowMs: number): VerificationProgress {
  const { streakSinceMs, brokenSinceMs, heldMs = 0, ...rest } = progress;
  if (!isBroken) return { ...rest, streakSinceMs: streakSinceMs ?? nowMs, heldMs: nowMs - (streakSinceMs ?? nowMs) };
  const breaks = brokenSinceMs === undefined ? progress.breaks + 1 : progress.breaks;
  return { ...rest, breaks, brokenSinceMs: brokenSinceMs ?? nowMs, heldMs };
}

function nextRecord(
  before: TrackRecord | undefined,
  verdict: TrackRecord['verdict'],
  detail: string,
  atMs: number,
): TrackRecord {
  const hasTurned =
    before !== undefined && before.verdict !== 'no_data' && verdict !== 'no_data' && before.verdict !== verdict;
  const passingSinceMs = verdict === 'pass' ? (before?.passingSinceMs ?? atMs) : undefined;
  return {
    verdict,
    detail,
    atMs,
    rounds: (before?.rounds ?? 0) + 1,
    turns: (before?.turns ?? 0) + (hasTurned ? 1 : 0),
    ...(passingSinceMs === undefined ? {} : { passingSinceMs }),
  };
}

/** A check that could not be made says nothing about the target. */
const verdictOf = { pass: 'pass', fail: 'fail', timeout: 'fail', error: 'no_data' } as const;
