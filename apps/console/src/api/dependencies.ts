import type { Bucket, Bus } from '@cortex/bus';
import type {
  BreakerRecord,
  CortexConfiguration,
  EscalationRecord,
  ExecutionRecord,
  KillSwitch,
  PlaybookPerformance,
  Silence,
  Unfreeze,
} from '@cortex/contracts';
import type { EventFeed } from '../live/event-feed.ts';
import type { CheckIndex } from '../readers/check-index.ts';
import type { IncidentIndex } from '../readers/incident-index.ts';
import type { SilenceIndex } from '../readers/silence-index.ts';
import type { TargetIndex } from '../readers/target-index.ts';

/** The dependencies of the routes. */
export interface ApiDependencies {
  readonly bus: Bus;
  readonly config: CortexConfiguration;
  /** The name of this process among the services. */
  readonly instance: string;
  readonly incidents: IncidentIndex;
  readonly targets: TargetIndex;
  readonly checks: CheckIndex;
  readonly feed: EventFeed;
  readonly control: Bucket<KillSwitch>;
  readonly silences: Bucket<Silence>;
  readonly silenceIndex: SilenceIndex;
  readonly unfreezes: Bucket<Unfreeze>;
  readonly breakers: Bucket<BreakerRecord>;
  readonly performance: Bucket<PlaybookPerformance>;
  readonly journal: Bucket<ExecutionRecord>;
  readonly journalArchive: Bucket<ExecutionRecord>;
  readonly escalations: Bucket<EscalationRecord>;
  readonly escalationArchive: Bucket<EscalationRecord>;
  readonly now: () => Date;
}
