import type { CheckTier, Instance, JsonRecord, Target } from '@cortex/contracts';
import type { OutboundPolicy } from '@cortex/outbound';
import type { Redactor } from '@cortex/secrets';
import type { z } from 'zod';
import type { Leftovers } from './leftovers.ts';

export interface CheckContext {
  readonly target: Target;
  readonly facts: z.output<typeof Instance>;
  /** Aborts at the check's timeout. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Where connections may go. */
  readonly outbound: OutboundPolicy;
  /** Must learn of every secret before it is used: what the check gives or throws is shown without them. */
  readonly redactor: Redactor;
  /** What earlier runs of this check have left behind. Absent where nothing is remembered. */
  readonly leftovers?: Leftovers;
}

export interface CheckResult {
  readonly passed: boolean;
  readonly detail: string;
  /** What was seen: status, latency, pid. */
  readonly evidence?: JsonRecord;
}

/** One way to ask a target whether it is well. Reads only. */
export interface CheckPlugin<Params extends z.ZodType = z.ZodType> {
  /** As written in the configuration: `http_endpoint`. */
  readonly name: string;
  readonly summary: string;
  readonly tier: CheckTier;
  /** Input keys are snake_case, as in the configuration. */
  readonly params: Params;
  /** What it says when it fails, for the docs; `…` stands for what was seen. */
  readonly failures?: readonly string[];
  /** An entry of `checks:` for the docs, in YAML. */
  readonly example?: string;
  /** A refused connection is a result (`passed: false`), not an exception. */
  run(params: z.output<Params>, context: CheckContext): Promise<CheckResult>;
}

export function defineCheck<Params extends z.ZodType>(plugin: CheckPlugin<Params>): CheckPlugin<Params> {
  return plugin;
}
