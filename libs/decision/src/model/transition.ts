import type { EventDraft, IncidentRecord, JsonRecord } from '@cortex/contracts';
import type { BreakerOutcome } from '@cortex/suppression';
import type { IgnoreReason } from './ignore-reason.ts';

/** What a timer was set for. */
export type TimerPurpose = 'reevaluate' | 'approval_expiry' | 'monitoring_end' | 'execution_deadline';

export interface ScheduleTimer {
  readonly kind: 'schedule';
  readonly key: string;
  readonly purpose: TimerPurpose;
  readonly dueAt: string;
  readonly service: string;
  readonly incidentId: string;
  readonly payload: JsonRecord;
}

export type TimerCommand = ScheduleTimer | { readonly kind: 'cancel'; readonly key: string };

/** What a step leads to. The record is written first, by compare-and-set; the rest follows and may be repeated. */
export interface Transition {
  readonly record: IncidentRecord | undefined;
  readonly drafts: readonly EventDraft[];
  readonly timers: readonly TimerCommand[];
  readonly breakerOutcomes: readonly BreakerOutcome[];
  /** Why nothing changed. Absent when something did. */
  readonly ignored?: IgnoreReason;
}
