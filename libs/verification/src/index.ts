export type { Recommendation } from './judge.ts';
export { withoutLead } from './series.ts';
export type { SignalWord } from './triggering.ts';
export { beginVerification, checkKey, outcomeKey } from './state.ts';
export type { VerificationCheck, VerificationProgress, VerificationRequest } from './state.ts';
export { stepVerification } from './step-verification.ts';
export type { Observation, VerificationStep, VerificationVerdict, Wish } from './step-verification.ts';
