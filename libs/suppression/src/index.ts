export { isOpenedBy, recordOutcome, resetBreaker, resettableFrom } from './breaker.ts';
export type { BreakerOutcome, BreakerReset } from './breaker.ts';
export { findSilence, isSilenceActive, silencesCheck, silencesTarget } from './silences.ts';
export { isInside, nextOpening, suppressingWindow } from './windows.ts';
export { mayHold, possibleSilence } from './unreadable-silence.ts';
export type { PossibleSilence } from './unreadable-silence.ts';
