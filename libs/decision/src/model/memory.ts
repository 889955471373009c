import type { IncidentRecord, IncidentSeverity, JsonRecord, Remediation } from '@cortex/contracts';
import type { TimerPurpose } from './transition.ts';

/**
 * Why the incident is with humans. `no_move`: Cortex had none; it looks again whenever the signals change. `needs_human`: it
 * was not for Cortex; new trouble is decided anew. `dry_run`: Cortex has only said what it would do; it is decided anew when
 * dry run is off. `hands_off`: what is so far done is unknown or went wrong; Cortex does nothing more, and only tells of new
 * trouble.
 */
export type EscalationKind = 'no_move' | 'needs_human' | 'dry_run' | 'hands_off';

/** What the decision remembers of an incident beside the incident itself. Plain JSON. */
export interface Memory {
  readonly decisions: number;
  readonly escalations: number;
  readonly approvals: number;
  readonly attempts: number;
  /** Due time of each timer that is set, by key. */
  readonly timers: Readonly<Record<string, string>>;
  /** What each of them was set for: with it a timer that is lost can be set again. */
  readonly timerDetails: Readonly<Record<string, TimerDetails>>;
  /** Since when a trigger over signal variables has been true, by `<playbook>|<signal>`. */
  readonly triggerSince: Readonly<Record<string, string>>;
  readonly initialServices: number;
  /** Auto-escalation triggers of spec 5.4 that have fired. */
  readonly raised: readonly string[];
  /** The severity under which on-call was last told. */
  readonly notified?: IncidentSeverity;
  readonly clearedSince?: string;
  readonly held?: { readonly by: string; readonly since: string; readonly reason?: string };
  /** Since when nothing is done because something holds; no silence. */
  readonly waitingSince?: string;
  /** When humans are told that it waits. */
  readonly waitingTellAt?: string;
  /** Humans have heard that it waits. */
  readonly waitingTold?: boolean;
  /** Humans have heard that a target is frozen. */
  readonly frozenTold?: boolean;
  /** Since when it has been deferred to a dependency, whether or not it still is. */
  readonly deferredSince?: string;
  /** What people are told when the silence ends. */
  readonly postponed?: {
    readonly reason: string;
    readonly severity: IncidentSeverity;
    readonly notify: readonly string[];
    readonly asks?: string;
  };
  /** The last request, whole: a rollback needs it. */
  readonly remediation?: Remediation;
  /** Playbooks that are out for this incident, with why. */
  readonly excluded: Readonly<Record<string, string>>;
  readonly preconditionRefusals: Readonly<Record<string, number>>;
  /** What the executor refused last, and how often in a row it has refused. */
  readonly refusals?: { readonly by: string; readonly inARow: number; readonly sameInARow: number };
  readonly closeRequested?: { readonly by: string; readonly comment: string };
  /** Signals of which verification could not tell, and nothing else was missing: their sources may still. */
  readonly awaits?: readonly string[];
  readonly escalatedFor?: EscalationKind;
  readonly lastStormAt?: string;
  /** Activity of the signals at the last look: what a trend is judged by. */
  readonly activity?: Activity;
  readonly trend: Trend;
  /** What made the trend what it is, and when. */
  readonly trendFrom?: { readonly at: string; readonly before: Activity; readonly after: Activity };
  /** What made the severity what it is, and when. */
  readonly severityFrom?: { readonly at: string; readonly why: string };
  /** Anomalies cleared before they were known here, newest last. */
  readonly clearedEarly: readonly string[];
}

export interface TimerDetails {
  readonly purpose: TimerPurpose;
  readonly payload: JsonRecord;
}

/** How many signals are active, and the points of the worst. */
export interface Activity {
  readonly active: number;
  readonly worst: number;
}

export type Trend = 'worsening' | 'stable' | 'improving';

export const emptyMemory: Memory = {
  decisions: 0,
  escalations: 0,
  approvals: 0,
  attempts: 0,
  timers: {},
  timerDetails: {},
  triggerSince: {},
  initialServices: 1,
  raised: [],
  excluded: {},
  preconditionRefusals: {},
  trend: 'stable',
  clearedEarly: [],
};

/** The memory that an earlier step wrote. */
export function readMemory(record: Pick<IncidentRecord, 'memory'>): Memory {
  return { ...emptyMemory, ...(record.memory as unknown as Partial<Memory>) };
}

export function writeMemory(memory: Memory): JsonRecord {
  return memory as unknown as JsonRecord;
}
