import type { ActionDefinition } from '@cortex/actions';
import type { Bucket, Leases } from '@cortex/bus';
import type { CheckPlugin } from '@cortex/checks';
import type { CheckDefinition, ExecutionRecord, LeaseRecord, OutboundPolicy, Target } from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';
import type { ExecutorMetrics } from '../metrics.ts';
import type { KillSwitchReader } from './kill-switch.ts';
import type { SilenceReader } from './silences.ts';

/** The dependencies of the stages of an execution. */
export interface ExecutorParts {
  readonly actions: ReadonlyMap<string, ActionDefinition>;
  readonly checks: ReadonlyMap<string, CheckPlugin>;
  readonly journal: Bucket<ExecutionRecord>;
  readonly leases: Leases;
  readonly leaseRecords: Bucket<LeaseRecord>;
  readonly killSwitch: KillSwitchReader;
  readonly silences: SilenceReader;
  /** The user's checks, which pre-conditions may name. */
  readonly configuredChecks: readonly CheckDefinition[];
  /** The policy for connections of pre-conditions. */
  readonly outbound: OutboundPolicy;
  readonly protectedTargets: readonly Target[];
  readonly metrics: ExecutorMetrics;
  readonly logger: ServiceContext['logger'];
  readonly runtime: Runtime;
  readonly now: () => Date;
}
