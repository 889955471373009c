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
import { explainCompany, type Companion } from './explain-company.ts';
import { scoreCompany } from './score-company.ts';
import { withCorrelation } from './with-correlation.ts';

export interface CorrelationSettings {
  readonly graph: DependencyGraph;
  /** Anomalies that begin within this of each other are company. */
  readonly windowMs: number;
}

/** An event of an anomaly, as the stream holds it. */
export type AnomalyEvent = Pick<
  CortexEvent<'anomaly.detected'> | CortexEvent<'anomaly.updated'> | CortexEvent<'anomaly.cleared'>,
  'type' | 'data'
>;

/** What is known of one anomaly. */
interface Tracked {
  /** As its detector told it last. */
  anomaly: Anomaly;
  readonly startedAtMs: number;
  isOpen: boolean;
  /** Other services that went wrong at the same time, by name. */
  readonly company: Map<string, Companion>;
  /** The strongest so far; 0 for none. */
  correlation: number;
  /** The correlation that was told last. */
  told: number;
}

/** What correlation remembers; {@link correlate} drives it on. */
export interface CorrelationState {
  readonly anomalies: Map<string, Tracked>;
  readonly episodes: Episodes;
}

/** Anomalies kept at once: beyond, the oldest is forgotten. */
export const maxAnomalies = 2_000;
/** Companions remembered of one anomaly. */
const maxCompany = 256;
/** The correlation is told again when it has grown into the next tenth: at most ten times an anomaly. */
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

/** Whether an event was said by the correlation: nobody else fills in that component. */
export function isOfCorrelation({ type, data }: AnomalyEvent): boolean {
  return type !== 'anomaly.cleared' && 'components' in data && data.components.correlation !== undefined;
}

/**
 * One event of an anomaly in, updates of anomalies out whose company grew, or whose detector has just told them without it.
 * The correlation of an anomaly never falls while it is open. The same events in the same order give the same updates.
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
      known.told = Math.max(known.told, correlation);
      known.correlation = Math.max(known.correlation, correlation);
    }
    return [];
  }
  if (known === undefined) return begin(settings, state, anomaly);
  const isStale = !known.isOpen || Date.parse(anomaly.observedAt) < Date.parse(known.anomaly.observedAt);
  if (isStale) return [];
  known.anomaly = anomaly;
  return stepOf(known.correlation) === 0 ? [] : [tell(known)];
}

function begin(
  settings: CorrelationSettings,
  state: CorrelationState,
  anomaly: Anomaly,
): EventDraft<'anomaly.updated'>[] {
  const startedAtMs = Date.parse(anomaly.startedAt);
  const begun: Tracked = { anomaly, startedAtMs, isOpen: true, company: new Map(), correlation: 0, told: 0 };
  const chances = chancesAt(state.episodes, settings.graph.services, startedAtMs, settings.windowMs);
  const isCompany = anomaly.severity !== 'info';
  const drafts: EventDraft<'anomaly.updated'>[] = [];
  for (const other of state.anomalies.values()) {
    if (other.anomaly.service === anomaly.service) continue;
    if (Math.abs(other.startedAtMs - startedAtMs) > settings.windowMs) continue;
    if (other.anomaly.severity !== 'info') meet(settings, begun, other);
    if (isCompany && meet(settings, other, begun)) drafts.push(...judge(settings, other, chances));
  }
  drafts.push(...judge(settings, begun, chances));
  remember(settings, state, begun);
  return drafts;
}

/** Whether the other is news to this one. */
function meet({ graph }: CorrelationSettings, one: Tracked, { anomaly, startedAtMs }: Tracked): boolean {
  const { service, metric } = anomaly;
  if (one.company.has(service) || one.company.size >= maxCompany) return false;
  const relation = graph.relatedTo(one.anomaly.service).get(service)?.relation;
  one.company.set(service, { service, metric, startedAtMs, relation });
  return true;
}

/** The update that an anomaly deserves, if it is open and its company is clearly more surprising than what was told. */
function judge({ graph }: CorrelationSettings, one: Tracked, chances: Chances): EventDraft<'anomaly.updated'>[] {
  const { service } = one.anomaly;
  const score = scoreCompany(service, one.company.keys(), graph.relatedTo(service), chances);
  one.correlation = Math.max(one.correlation, Math.round(score * 1_000) / 1_000);
  return one.isOpen && stepOf(one.correlation) > stepOf(one.told) ? [tell(one)] : [];
}

function tell(one: Tracked): EventDraft<'anomaly.updated'> {
  const { anomaly, correlation, company } = one;
  one.told = correlation;
  const { service, anomalyId } = anomaly;
  const data = withCorrelation(anomaly, correlation, explainCompany(service, company.values()));
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
