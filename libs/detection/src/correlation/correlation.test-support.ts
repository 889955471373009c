import { anomalyCleared, anomalyDetected, anomalyUpdated, type Anomaly, type EventDraft } from '@cortex/contracts';
import {
  compileCorrelation,
  correlate,
  emptyCorrelation,
  type AnomalyEvent,
  type CorrelationSettings,
  type CorrelationState,
} from './correlator.ts';

export const startMs = Date.UTC(2026, 0, 5, 10, 3);
export const minuteMs = 60_000;

/** A shop that needs a database and a cache; a blog needs the database; mail and search stand alone. */
export const settings: CorrelationSettings = compileCorrelation([
  { name: 'shop', dependsOn: ['db', 'cache'] },
  { name: 'blog', dependsOn: ['db'] },
  ...['db', 'cache', 'mail', 'search'].map((name) => ({ name, dependsOn: [] })),
]);

/** A medium anomaly of a service, `minute` minutes after the start. */
export function anomalyOf(service: string, minute = 0, fields: Partial<Anomaly> = {}): Anomaly {
  const at = new Date(startMs + minute * minuteMs).toISOString();
  return {
    anomalyId: `${service}-${fields.instance ?? 1}-${minute}`,
    kind: 'metric',
    service,
    metric: 'latency',
    labels: {},
    value: 9,
    score: 0.55,
    severity: 'medium',
    harm: { kind: 'none', reason: 'nobody has named a value of latency that would be harm' },
    components: { statistical: 0.65, pattern: 0.4 },
    algorithms: [],
    direction: 'up',
    triggers: [],
    startedAt: at,
    observedAt: at,
    explanation: `latency of ${service} is 9`,
    ...fields,
  };
}

export const detected = (data: Anomaly): AnomalyEvent => ({ type: anomalyDetected.type, data });
export const updated = (data: Anomaly): AnomalyEvent => ({ type: anomalyUpdated.type, data });

export function cleared({ anomalyId, service, metric, labels, startedAt }: Anomaly): AnomalyEvent {
  const data = { anomalyId, service, metric, labels, startedAt, clearedAt: startedAt, reason: 'back to normal' };
  return { type: anomalyCleared.type, data };
}

/** Hands over events one by one; the resulting updates are fed back, as the stream would. */
export function updatesOf(
  events: readonly AnomalyEvent[],
  options: { readonly settings?: CorrelationSettings; readonly state?: CorrelationState } = {},
): Anomaly[] {
  const state = options.state ?? emptyCorrelation();
  return events.flatMap((event) => {
    const drafts = correlate(options.settings ?? settings, state, event);
    const answers = drafts.map((one: EventDraft<'anomaly.updated'>) => one.data as Anomaly);
    for (const answer of answers) correlate(options.settings ?? settings, state, updated(answer));
    return answers;
  });
}

/** The last published anomaly of each service. */
export function lastByService(published: readonly Anomaly[]): Map<string, Anomaly> {
  return new Map(published.map((one) => [one.service, one]));
}
