export { choosePolicy } from './choose-policy.ts';
export type { SendOutcome } from './notifications.ts';
export { defaultLimits } from './settings.ts';
export type { EscalationSettings } from './settings.ts';
export { mergeRecords } from './merge-records.ts';
export { markReported, nextMoment, settlePage, stepEscalation, unreported } from './step-escalation.ts';
export type { EscalationInput, EscalationStep, IncidentFacts, PageOrder } from './step-escalation.ts';
