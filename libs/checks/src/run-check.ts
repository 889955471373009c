import { isFailure } from '@cortex/contracts';
import type { CheckDefinition, CheckOutcome, CheckResultKind, Instance, JsonRecord } from '@cortex/contracts';
import { messageOf } from '@cortex/errors';
import { defaultOutboundPolicy } from '@cortex/outbound';
import type { OutboundPolicy } from '@cortex/outbound';
import { pause, systemRuntime } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import { createRedactor } from '@cortex/secrets';
import type { CheckContext, CheckPlugin, CheckResult } from './define-check.ts';
import type { Leftovers } from './leftovers.ts';
import { builtinChecks } from './registry.ts';
import { defaultLongestPauseMs, retryPauseMs } from './retry-pause.ts';
import { clipText, safeEvidence } from './safe-evidence.ts';

/** The fields of a check that `runCheck` needs: of a scheduled one, or one made for a single run. */
export type RunnableCheck = Pick<
  CheckDefinition,
  'name' | 'type' | 'tier' | 'target' | 'params' | 'timeoutMs' | 'retries'
>;

export interface RunCheckOptions {
  /** Check plugins by name. Default: the built-in ones. */
  readonly registry?: ReadonlyMap<string, CheckPlugin>;
  readonly now: () => Date;
  /** Times the check and its retries. Default: the clock of this machine. */
  readonly runtime?: Pick<Runtime, 'after' | 'monotonicMs'>;
  /** Aborts the check; the outcome is then `error`, because nothing was learned. */
  readonly signal?: AbortSignal;
  /** The policy for connections. Default: everything but the addresses that are always refused. */
  readonly outbound?: OutboundPolicy;
  /** Stores what a check must clean up, across a crash of this process. Default: nothing is stored. */
  readonly leftoversOf?: (check: RunnableCheck) => Leftovers;
  /** Before a retry. Default: the timeout of the check, at most one second. */
  readonly longestPauseMs?: number;
  /** Called once, when the first attempt has failed and retries may still follow. */
  readonly onFirstFailure?: () => void;
}

interface CheckAttempt {
  readonly result: CheckResultKind;
  readonly detail: string;
  readonly evidence: JsonRecord;
  /** An unknown check or wrong parameters fail in the same way on every attempt. */
  readonly isFinal?: boolean;
}

/** The abort reason of an attempt's signal: one for all, because creating such an error takes longer than many a check. */
const over = new DOMException('the check is over', 'AbortError');

/** A timeout that fires later than this says more about this process than about the target. */
const stalledFactor = 2;
const stalledMs = 50;

/** Runs a check with its retries, each attempt held to the timeout. Never throws: problems are in the outcome. */
export async function runCheck(
  definition: RunnableCheck,
  facts: Instance,
  options: RunCheckOptions,
): Promise<CheckOutcome> {
  const { runtime = systemRuntime } = options;
  const startedAt = runtime.monotonicMs();
  const plugin = (options.registry ?? builtinChecks).get(definition.type);
  const longestPauseMs = options.longestPauseMs ?? defaultLongestPauseMs(definition.timeoutMs);
  let attempts = 0;
  let last: CheckAttempt;
  do {
    if (attempts > 0)
      await pause(runtime, retryPauseMs(attempts, longestPauseMs), ...(options.signal ? [options.signal] : []));
    attempts += 1;
    last = plugin === undefined ? unknownType(definition.type) : await attempt(plugin, definition, facts, options);
    if (attempts === 1 && isFailure(last.result)) options.onFirstFailure?.();
  } while (
    last.result !== 'pass' &&
    last.isFinal !== true &&
    attempts <= definition.retries &&
    !options.signal?.aborted
  );

  return {
    check: definition.name,
    type: definition.type,
    tier: definition.tier,
    target: definition.target,
    result: last.result,
    attempts,
    durationMs: Math.round(runtime.monotonicMs() - startedAt),
    detail: clipText(last.detail),
    evidence: last.evidence,
    observedAt: options.now().toISOString(),
  };
}

async function attempt(
  plugin: CheckPlugin,
  definition: RunnableCheck,
  facts: Instance,
  { signal: stop, outbound = defaultOutboundPolicy, leftoversOf, runtime = systemRuntime }: RunCheckOptions,
): Promise<CheckAttempt> {
  const params = plugin.params.safeParse(definition.params);
  if (!params.success) {
    const issues = params.error.issues.map((issue) => `${issue.path.join('.') || 'params'}: ${issue.message}`);
    return {
      result: 'error',
      detail: `the parameters of ${plugin.name} are wrong: ${issues.join('; ')}`,
      evidence: {},
      isFinal: true,
    };
  }

  const redactor = createRedactor();
  const deadline = new AbortController();
  const { signal } = deadline;
  const abort = (): void => deadline.abort(over);
  const timer = runtime.after(definition.timeoutMs, abort);
  // Not `AbortSignal.any`: its signals are not released before `stop` is, and that lives as long as the process.
  if (stop?.aborted === true) abort();
  else stop?.addEventListener('abort', abort, { once: true });
  const startedAt = runtime.monotonicMs();
  const ended = (): CheckAttempt => {
    if (stop?.aborted) return { result: 'error', detail: 'stopped before it ended', evidence: {}, isFinal: true };
    const tookMs = runtime.monotonicMs() - startedAt;
    // Our own process was frozen: an answer may well be waiting. Blaming the target would be a guess.
    if (tookMs > stalledFactor * definition.timeoutMs + stalledMs) {
      return { result: 'error', detail: `this machine was too busy to look: ${Math.round(tookMs)} ms`, evidence: {} };
    }
    return { result: 'timeout', detail: `no answer within ${definition.timeoutMs} ms`, evidence: {} };
  };
  const broke = (why: string, evidence: CheckAttempt['evidence'] = {}): CheckAttempt => ({
    result: 'error',
    detail: `${plugin.name} broke: ${why}`,
    evidence,
  });
  try {
    const context: CheckContext = {
      target: definition.target,
      facts,
      signal,
      timeoutMs: definition.timeoutMs,
      outbound,
      redactor,
      ...(leftoversOf === undefined ? {} : { leftovers: leftoversOf(definition) }),
    };
    // The race enforces the timeout on plugins that ignore their signal.
    const answer = await Promise.race([plugin.run(params.data, context), aborted(signal)]);
    if (answer === timeIsUp) return ended();
    if (!isAnswer(answer)) return broke('it answered without `passed` (true or false) and `detail` (a text)');
    // Redacted before anything is cut: half a secret would not be found.
    return {
      result: answer.passed ? 'pass' : 'fail',
      detail: redactor.text(answer.detail),
      evidence: redactor.value(safeEvidence(answer.evidence ?? {})),
    };
  } catch (error) {
    if (signal.aborted) return ended();
    return broke(redactor.text(messageOf(error)), codeOf(error));
  } finally {
    timer.cancel();
    stop?.removeEventListener('abort', abort);
    abort();
  }
}

const timeIsUp = Symbol('time is up');

function aborted(signal: AbortSignal): Promise<typeof timeIsUp> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(timeIsUp);
    else signal.addEventListener('abort', () => resolve(timeIsUp), { once: true });
  });
}

/** Plugins of the user need not be TypeScript. */
function isAnswer(answer: CheckResult): boolean {
  const given: unknown = answer;
  if (typeof given !== 'object' || given === null || !('passed' in given) || !('detail' in given)) return false;
  return typeof given.passed === 'boolean' && typeof given.detail === 'string';
}

function unknownType(type: string): CheckAttempt {
  return {
    result: 'error',
    detail: `there is no check "${type}": correct its name, or put ${type}.check.mjs into a plugin folder`,
    evidence: {},
    isFinal: true,
  };
}

/** The code of our own errors, so that a caller can tell a refused address from a missing secret. */
function codeOf(error: unknown): JsonRecord {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('CORTEX_') ? { code } : {};
}
