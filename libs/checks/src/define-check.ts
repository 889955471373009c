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
  /** The policy for connections. */
  readonly outbound: OutboundPolicy;
  /** Must get every secret before it is used: results and errors of the check are shown without them. */
  readonly redactor: Redactor;
  /** Leftovers of earlier runs of this check. Absent where none are remembered. */
  readonly leftovers?: Leftovers;
}

export interface CheckResult {
  readonly passed: boolean;
  readonly detail: string;
  /** The observations: status, latency, pid. */
  readonly evidence?: JsonRecord;
}

/** A way to check the health of a target. Only reads. */
export interface CheckPlugin<Params extends z.ZodType = z.ZodType> {
  /** As written in the configuration: `http_endpoint`. */
  readonly name: string;
  readonly summary: string;
  readonly tier: CheckTier;
  /** Input keys are snake_case, as in the configuration. */
  readonly params: Params;
  /** Its messages when it fails, for the docs; `…` stands for the observation. */
  readonly failures?: readonly string[];
  /** An entry of `checks:` for the docs, in YAML. */
  readonly example?: string;
  /** A refused connection is a result (`passed: false`), not an exception. */
  run(params: z.output<Params>, context: CheckContext): Promise<CheckResult>;
}

export function defineCheck<Params extends z.ZodType>(plugin: CheckPlugin<Params>): CheckPlugin<Params> {
  return plugin;
}
