import type { ActionDefinition } from '@cortex/actions';
import type { Bucket, Leases } from '@cortex/bus';
import type { CheckPlugin } from '@cortex/checks';
import type {
  BreakerRecord,
  CheckDefinition,
  ExecutionRecord,
  HealthRecord,
  IncidentRecord,
  LeaseRecord,
  OutboundPolicy,
  SafetyPolicy,
  Target,
} from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';
import type { ExecutorMetrics } from '../metrics.ts';
import type { KillSwitchReader } from './kill-switch.ts';
import type { Reservations } from './reservations.ts';
import type { SilenceReader } from './silences.ts';

/** The dependencies of the stages of an execution. */
export interface ExecutorParts {
  readonly actions: ReadonlyMap<string, ActionDefinition>;
  readonly checks: ReadonlyMap<string, CheckPlugin>;
  readonly journal: Bucket<ExecutionRecord>;
  readonly journalArchive: Bucket<ExecutionRecord>;
  readonly leases: Leases;
  readonly leaseRecords: Bucket<LeaseRecord>;
  readonly reservations: Reservations;
  readonly killSwitch: KillSwitchReader;
  readonly silences: SilenceReader;
  readonly incidents: Bucket<IncidentRecord>;
  readonly breakers: Bucket<BreakerRecord>;
  readonly health: Bucket<HealthRecord>;
  readonly safety: Pick<SafetyPolicy, 'freezeWindows' | 'maintenanceWindows'>;
  /** The user's checks: pre-conditions may name them, and they say whether a target serves again. */
  readonly configuredChecks: readonly CheckDefinition[];
  /** The policy for connections of checks. */
  readonly outbound: OutboundPolicy;
  readonly protectedTargets: readonly Target[];
  readonly metrics: ExecutorMetrics;
  readonly logger: ServiceContext['logger'];
  readonly runtime: Runtime;
  readonly now: () => Date;
}
