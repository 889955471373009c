import {
  anomalyUpdated,
  draft,
  type Anomaly,
  type CortexEvent,
  type EventDraft,
  type Service,
} from '@cortex/contracts';
import { buildGraph, type DependencyGraph } from './dependency-graph.ts';
import { chancesAt, noteEpisode, type Chances, type Episodes } from './episodes.ts';
import { explainCorrelated, type CorrelatedService } from './explain-correlated.ts';
import { scoreCorrelated } from './score-correlated.ts';
import { withCorrelation } from './with-correlation.ts';

export interface CorrelationSettings {
  readonly graph: DependencyGraph;
  /** Anomalies that begin within this time of each other are correlated. */
  readonly windowMs: number;
}

/** An event of an anomaly, as the stream holds it. */
export type AnomalyEvent = Pick<
  CortexEvent<'anomaly.detected'> | CortexEvent<'anomaly.updated'> | CortexEvent<'anomaly.cleared'>,
  'type' | 'data'
>;

/** The state of one anomaly. */
interface Tracked {
  /** As its detector published it last. */
  anomaly: Anomaly;
  readonly startedAtMs: number;
  isOpen: boolean;
  /** Other services with anomalies at the same time, by name. */
  readonly correlated: Map<string, CorrelatedService>;
  /** The strongest so far; 0 for none. */
  correlation: number;
  /** The correlation that was published last. */
  published: number;
}

/** The state of the correlation; {@link correlate} changes it in place. */
export interface CorrelationState {
  readonly anomalies: Map<string, Tracked>;
  readonly episodes: Episodes;
}

/** Anomalies kept at once: the oldest is dropped beyond this number. */
export const maxAnomalies = 2_000;
/** Correlated services kept for one anomaly. */
const maxCorrelated = 256;
/** The correlation is published again when it has grown into the next tenth: at most ten times an anomaly. */
const steps = 10;

export function compileCorrelation(
  services: readonly Pick<Service, 'name' | 'dependsOn'>[],
  windowMs = 5 * 60_000,
): CorrelationSettings {
  return { graph: buildGraph(services), windowMs };
}

export function emptyCorrelation(): CorrelationState {
  return { anomalies: new Map(), episodes: new Map() };
}

/** Whether an event comes from the correlation: only that fills in the component. */
export function isOfCorrelation({ type, data }: AnomalyEvent): boolean {
  return type !== 'anomaly.cleared' && 'components' in data && data.components.correlation !== undefined;
}

/**
 * Applies one anomaly event and returns updates of anomalies whose correlated services grew, or whose detector has just
 * published them without correlation. The correlation of an anomaly never falls while it is open. The same events in
 * the same order give the same updates.
 */
export function correlate(
  settings: CorrelationSettings,
  state: CorrelationState,
  event: AnomalyEvent,
): readonly EventDraft<'anomaly.updated'>[] {
  const known = state.anomalies.get(event.data.anomalyId);
  if (!('components' in event.data)) {
    if (known !== undefined) known.isOpen = false;
    return [];
  }
  const anomaly = event.data;
  const { correlation } = anomaly.components;
  if (correlation !== undefined) {
    if (known !== undefined) {
      known.published = Math.max(known.published, correlation);
      known.correlation = Math.max(known.correlation, correlation);
    }
    return [];
  }
  if (known === undefined) return begin(settings, state, anomaly);
  if (anomaly.goesOn === true) return [];
  const isStale = !known.isOpen || Date.parse(anomaly.observedAt) < Date.parse(known.anomaly.observedAt);
  if (isStale) return [];
  known.anomaly = anomaly;
  return stepOf(known.correlation) === 0 ? [] : [updateOf(known)];
}

function begin(
  settings: CorrelationSettings,
  state: CorrelationState,
  anomaly: Anomaly,
): EventDraft<'anomaly.updated'>[] {
  const startedAtMs = Date.parse(anomaly.startedAt);
  const begun: Tracked = { anomaly, startedAtMs, isOpen: true, correlated: new Map(), correlation: 0, published: 0 };
  const chances = chancesAt(state.episodes, settings.graph.services, startedAtMs, settings.windowMs);
  const isRelevant = anomaly.severity !== 'info';
  const drafts: EventDraft<'anomaly.updated'>[] = [];
  for (const other of state.anomalies.values()) {
    if (other.anomaly.service === anomaly.service) continue;
    if (Math.abs(other.startedAtMs - startedAtMs) > settings.windowMs) continue;
    if (other.anomaly.severity !== 'info') addCorrelated(settings, begun, other);
    if (isRelevant && addCorrelated(settings, other, begun)) drafts.push(...judge(settings, other, chances));
  }
  drafts.push(...judge(settings, begun, chances));
  remember(settings, state, begun);
  return drafts;
}

/** Adds the other anomaly's service to this one's correlated services. True when it is new. */
function addCorrelated({ graph }: CorrelationSettings, one: Tracked, { anomaly, startedAtMs }: Tracked): boolean {
  const { service, metric } = anomaly;
  if (one.correlated.has(service) || one.correlated.size >= maxCorrelated) return false;
  const relation = graph.relatedTo(one.anomaly.service).get(service)?.relation;
  one.correlated.set(service, { service, metric, startedAtMs, relation });
  return true;
}

/** The update of an anomaly, if it is open and its correlation is clearly stronger than the published one. */
function judge({ graph }: CorrelationSettings, one: Tracked, chances: Chances): EventDraft<'anomaly.updated'>[] {
  const { service } = one.anomaly;
  const score = scoreCorrelated(service, one.correlated.keys(), graph.relatedTo(service), chances);
  one.correlation = Math.max(one.correlation, Math.round(score * 1_000) / 1_000);
  return one.isOpen && stepOf(one.correlation) > stepOf(one.published) ? [updateOf(one)] : [];
}

function updateOf(one: Tracked): EventDraft<'anomaly.updated'> {
  const { anomaly, correlation, correlated } = one;
  one.published = correlation;
  const { service, anomalyId } = anomaly;
  const data = withCorrelation(anomaly, correlation, explainCorrelated(service, correlated.values()));
  return draft(anomalyUpdated, { service, key: `${anomalyId}.correlation`, data });
}

function stepOf(correlation: number): number {
  return Math.floor(correlation * steps);
}

function remember({ windowMs }: CorrelationSettings, state: CorrelationState, begun: Tracked): void {
  const { anomalies, episodes } = state;
  if (begun.anomaly.severity !== 'info') noteEpisode(episodes, begun.anomaly.service, begun.startedAtMs, windowMs);
  anomalies.set(begun.anomaly.anomalyId, begun);
  if (anomalies.size <= maxAnomalies) return;
  const [oldest] = anomalies.keys();
  if (oldest !== undefined) anomalies.delete(oldest);
}
