export { CheckHistory } from './check-history.ts';
export type { HistoryEntry, Streak } from './check-history.ts';
export { forgetWellbeing, resumeHealth, TargetHealth, unknownHealth } from './memory.ts';
export type { CheckMemory, ExpectedCheck, HealthMemory } from './memory.ts';
export { isWorthSaving } from './worth-saving.ts';
export { changeKey, stepHealth } from './step-health.ts';
export type { HealthStep, StepHealthSettings } from './step-health.ts';
