import type { CheckOutcome, SeriesBatch } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import { pause } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import { beginVerification, stepVerification } from '@cortex/verification';
import type { Observation, VerificationRequest, VerificationVerdict } from '@cortex/verification';
import type { OnWord } from './adapters/anomaly-words.ts';
import type { TargetChecks } from './adapters/target-checks.ts';
import type { TelemetryTail } from './adapters/telemetry-tail.ts';

/** How long before the remediation its telemetry is read, to know the state before it. */
const lookBackMs = 2 * 60_000;

/** Thrown to hand a verification back: another verifier begins it anew from the event. */
class VerificationInterruptedError extends CortexError {
  readonly retryAfterMs = 0;

  constructor(executionId: string) {
    super(
      'CORTEX_VERIFICATION_INTERRUPTED',
      `the verification of ${executionId} was handed back, because this verifier is stopping`,
    );
  }
}

export interface VerificationRun {
  readonly executionId: string;
  readonly request: VerificationRequest;
  readonly checksBefore: readonly CheckOutcome[];
  readonly checks: Pick<TargetChecks, 'run'>;
  readonly tailTelemetry: (from: Date, onBatches: (batches: readonly SeriesBatch[]) => void) => Promise<TelemetryTail>;
  readonly followAnomalies: (service: string, from: Date, onWord: OnWord) => Promise<{ stop(): Promise<void> }>;
  readonly runtime: Pick<Runtime, 'now' | 'after'>;
  readonly signal: AbortSignal;
}

/** Drives one verification to its verdict: the reducer says what it needs, and this fetches it. */
export async function runVerification(run: VerificationRun): Promise<VerificationVerdict> {
  const { request, signal } = run;
  const now = (): string => run.runtime.now().toISOString();
  let state = beginVerification(request, now());
  state = stepVerification(state, { kind: 'checks_before', outcomes: run.checksBefore }, now()).state;

  const arrived: SeriesBatch[] = [];
  const metrics = new Set(state.metrics.keys());
  const takeIn = (batches: readonly SeriesBatch[]): void => {
    for (const batch of batches) if (metrics.has(batch.metric)) arrived.push(batch);
  };
  const from = new Date(Date.parse(request.startedAt) - lookBackMs);
  const said: Extract<Observation, { kind: 'word' }>[] = [];
  const anomalies = (request.signals ?? []).filter(({ kind }) => kind === 'anomaly');
  const awaited = new Set(anomalies.map(({ key }) => key));
  const hear: OnWord = (key, word) => {
    if (awaited.has(key)) said.push({ kind: 'word', key, word });
  };
  const sources = new Set(anomalies.map(({ target }) => target.service));
  const tail = metrics.size === 0 ? undefined : await run.tailTelemetry(from, takeIn);
  const words = await Promise.all([...sources].map((service) => run.followAnomalies(service, from, hear)));
  try {
    let observation: Observation = { kind: 'tick' };
    while (!signal.aborted) {
      state = stepVerification(state, { kind: 'samples', batches: arrived.splice(0) }, now()).state;
      for (const word of said.splice(0)) state = stepVerification(state, word, now()).state;
      const step = stepVerification(state, observation, now());
      state = step.state;
      observation = { kind: 'tick' };
      switch (step.wish.kind) {
        case 'verdict':
          return step.wish.verdict;
        case 'run_checks':
          observation = { kind: 'checks', outcomes: await run.checks.run(step.wish.checks, signal) };
          break;
        default:
          await pause(run.runtime, step.wish.untilMs - run.runtime.now().getTime(), signal);
      }
    }
    throw new VerificationInterruptedError(run.executionId);
  } finally {
    await Promise.all([tail, ...words].map((one) => one?.stop()));
  }
}
