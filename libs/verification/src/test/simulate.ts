import type {
  AnomalyEnd,
  CheckOutcome,
  CheckResultKind,
  Playbook,
  SeriesBatch,
  TriggeringSignal,
} from '@cortex/contracts';
import { VerificationPlan } from '@cortex/contracts';
import type { SignalWord } from '../triggering.ts';
import { beginVerification, checkKey } from '../state.ts';
import type { VerificationCheck } from '../state.ts';
import { stepVerification } from '../step-verification.ts';
import type { Observation, VerificationVerdict } from '../step-verification.ts';

/** The last effect ends at second 0; the remediation began ten seconds earlier. */
const effectAtMs = Date.parse('2026-01-01T00:00:00.000Z');
const target = { service: 'shop', instance: 'shop-1' };
const telemetryDelayMs = 200;

export type Seen = boolean | 'timeout' | 'error' | undefined;

export interface World {
  readonly plan?: Partial<Parameters<typeof VerificationPlan.parse>[0] & object>;
  readonly trigger?: string;
  /** What a check would say at a second after the effect; negative ones lie before it. Undefined: it has not run. */
  readonly checks?: Readonly<Record<string, (second: number) => Seen>>;
  /** The value of a metric at a second; undefined: no sample. */
  readonly metrics?: Readonly<Record<string, (second: number) => number | undefined>>;
  /** When every check says that it was made, whenever it is. */
  readonly checksMadeAtSecond?: number;
  /** What led to the remediation. */
  readonly signals?: readonly TriggeringSignal[];
  /** What the sources of anomalies say, at a second. */
  readonly words?: readonly { readonly second: number; readonly key: string; readonly word: Word }[];
  readonly sampleEverySeconds?: number;
  readonly beginsAtSecond?: number;
}

type Word =
  | { readonly kind: 'open'; readonly triggers?: readonly string[] }
  | { readonly kind: 'cleared'; readonly end?: AnomalyEnd };

export interface Simulated extends VerificationVerdict {
  readonly endedAtSecond: number;
  readonly checkRuns: number;
  readonly steps: number;
}

export function iso(second: number): string {
  return new Date(effectAtMs + second * 1_000).toISOString();
}

/** Runs a whole verification on a virtual clock. Throws when it does not end. */
export function simulate(world: World): Simulated {
  const checks: VerificationCheck[] = Object.keys(world.checks ?? {}).map((name) => ({
    name,
    target,
    tier: 'shallow',
    intervalMs: 5_000,
  }));
  const plan = { healthChecksMs: 0, ...world.plan };
  const playbook: Pick<Playbook, 'id' | 'verification' | 'trigger'> = {
    id: 'clean',
    verification: VerificationPlan.parse(plan),
    trigger: { condition: world.trigger ?? 'never_reported > 1', durationMs: 0 },
  };
  let nowMs = effectAtMs + (world.beginsAtSecond ?? 0) * 1_000 + telemetryDelayMs + 1;
  const now = (): string => new Date(nowMs).toISOString();
  const signals = world.signals === undefined ? {} : { signals: world.signals };
  const times = { startedAt: iso(-10), effectAt: iso(0) };
  let state = beginVerification({ playbook, targets: [target], checks, ...signals, ...times }, now());
  const words = [...(world.words ?? [])].sort((left, right) => left.second - right.second);
  const outcomes = (names: readonly string[], atMs: number): CheckOutcome[] =>
    names.flatMap((name) => outcomeOf(name, world.checks?.[name]?.((atMs - effectAtMs) / 1_000), atMs));

  state = stepVerification(
    state,
    {
      kind: 'checks_before',
      outcomes: outcomes(
        checks.map(({ name }) => name),
        effectAtMs - 15_000,
      ),
    },
    now(),
  ).state;
  const everyMs = (world.sampleEverySeconds ?? 1) * 1_000;
  let sampledUntilMs = effectAtMs - 60_000;
  let checkRuns = 0;
  let observation: Observation = { kind: 'tick' };
  for (let steps = 1; steps < 20_000; steps += 1) {
    const batches: SeriesBatch[] = [];
    for (; sampledUntilMs + telemetryDelayMs <= nowMs; sampledUntilMs += everyMs)
      batches.push(...sample(world, sampledUntilMs));
    state = stepVerification(state, { kind: 'samples', batches }, now()).state;
    for (let next = words[0]; next !== undefined && effectAtMs + next.second * 1_000 <= nowMs; [next] = words) {
      words.shift();
      state = stepVerification(state, { kind: 'word', key: next.key, word: wordAt(next) }, now()).state;
    }
    const step = stepVerification(state, observation, now());
    state = step.state;
    observation = { kind: 'tick' };
    if (step.wish.kind === 'verdict') {
      return { ...step.wish.verdict, endedAtSecond: (nowMs - effectAtMs) / 1_000, checkRuns, steps };
    }
    if (step.wish.kind === 'wait') {
      if (step.wish.untilMs < nowMs) throw new Error('it waits for the past');
      nowMs = step.wish.untilMs;
      continue;
    }
    const wished = new Set(step.wish.checks);
    const names = checks.filter((check) => wished.has(checkKey(check))).map(({ name }) => name);
    const madeAtMs = world.checksMadeAtSecond === undefined ? nowMs : effectAtMs + world.checksMadeAtSecond * 1_000;
    observation = { kind: 'checks', outcomes: outcomes(names, madeAtMs) };
    checkRuns += names.length;
    nowMs += 10;
  }
  throw new Error('the verification does not end');
}

function wordAt({ second, word }: NonNullable<World['words']>[number]): SignalWord {
  const atMs = effectAtMs + second * 1_000;
  return word.kind === 'open'
    ? { kind: 'open', triggers: word.triggers ?? [], atMs }
    : { kind: 'cleared', end: word.end, atMs };
}

function outcomeOf(name: string, seen: Seen, atMs: number): CheckOutcome[] {
  if (seen === undefined) return [];
  return [
    {
      check: name,
      type: 'http_endpoint',
      tier: 'shallow',
      target,
      result: resultOf(seen),
      attempts: 1,
      durationMs: 1,
      detail: String(seen),
      evidence: {},
      observedAt: new Date(atMs).toISOString(),
    },
  ];
}

function resultOf(seen: Exclude<Seen, undefined>): CheckResultKind {
  if (typeof seen === 'string') return seen;
  return seen ? 'pass' : 'fail';
}

function sample(world: World, atMs: number): SeriesBatch[] {
  return Object.entries(world.metrics ?? {}).flatMap(([metric, valueAt]) => {
    const value = valueAt((atMs - effectAtMs) / 1_000);
    return value === undefined ? [] : [{ ...target, metric, labels: {}, timesMs: [atMs], values: [value] }];
  });
}
