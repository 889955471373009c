import type { EventData, EventType } from '@cortex/contracts';

/** The events that the reducer takes in. */
export const inputTypes = [
  'anomaly.detected',
  'anomaly.updated',
  'anomaly.cleared',
  'health.changed',
  'remediation.started',
  'remediation.completed',
  'remediation.rolledback',
  'verification.completed',
  'approval.granted',
  'approval.denied',
  'escalation.acknowledged',
  'incident.close.requested',
  'control.changed',
  'timer.due',
] as const satisfies readonly EventType[];
export type InputType = (typeof inputTypes)[number];

/** One event, by its id. A `CortexEvent` of the type fits as it is. */
export interface InputOf<Type extends InputType> {
  readonly id: string;
  readonly type: Type;
  readonly data: EventData<Type>;
}
export type Input = { readonly [Type in InputType]: InputOf<Type> }[InputType];
