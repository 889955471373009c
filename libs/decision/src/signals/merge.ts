import type { Incident, Signal } from '@cortex/contracts';

/** The signals with this one put in: in place of an older version of itself, or at the end. */
export function mergeSignal(incident: Incident, signal: Signal): Signal[] {
  const known = incident.signals.find((one) => one.key === signal.key);
  if (known === undefined) return [...incident.signals, signal];
  const merged = known.active && signal.kind === 'health' ? { ...signal, startedAt: known.startedAt } : signal;
  return incident.signals.map((one) => (one.key === signal.key ? merged : one));
}

/** The signals with this one marked as over, by the change of health with this number if one told of it. */
export function clearSignal(incident: Incident, key: string, clearedAt: string, sequence?: number): Signal[] {
  const told = sequence === undefined ? {} : { sequence };
  return incident.signals.map((one) => (one.key === key ? { ...one, ...told, active: false, clearedAt } : one));
}
