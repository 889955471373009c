import type { Signal, SignalClass } from '@cortex/contracts';

/** Spec 6.1 step 1: what kind of trouble this is. Signals of several kinds are composite. */
export function classOf(signals: readonly Signal[]): SignalClass {
  const [first = 'composite', ...others] = new Set(signals.map((signal) => signal.class));
  return others.length === 0 ? first : 'composite';
}

/** The signals that the incident is about: those that are active, or all when none is any more. */
export function relevantSignals(signals: readonly Signal[]): readonly Signal[] {
  const active = signals.filter((signal) => signal.active);
  return active.length > 0 ? active : signals;
}
