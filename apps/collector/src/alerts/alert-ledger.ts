import {
  anomalyCleared,
  anomalyDetected,
  anomalyUpdated,
  draft,
  typicalScore,
  type Anomaly,
  type EventDraft,
} from '@cortex/contracts';
import type { LabelMapping } from '../prometheus/identify.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { ReceivedAlert } from './payload.ts';
import { factsOf, type AlertFacts } from './to-anomaly.ts';

interface Entry {
  readonly anomalyId: string;
  readonly startedAtMs: number;
  readonly facts: AlertFacts;
  readonly isFiring: boolean;
  readonly expiresAtMs?: number;
}

/** The event to publish, and its identity. */
export interface AlertStep {
  readonly draft: EventDraft<'anomaly.detected' | 'anomaly.updated' | 'anomaly.cleared'>;
  /** The same for each repetition of the same change. */
  readonly identity: readonly string[];
  readonly startedAtMs: number;
}

/**
 * The alerts that fire, so that an alert that is sent again and again is one anomaly: detected once, updated when its
 * severity changes, cleared once. Bounded: beyond the limit, the alert that was received longest ago is dropped.
 */
export class AlertLedger {
  readonly #mapping: LabelMapping;
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Entry>();

  constructor(mapping: LabelMapping, maxEntries = 10_000) {
    this.#mapping = mapping;
    this.#maxEntries = maxEntries;
  }

  get firing(): number {
    return [...this.#entries.values()].filter(({ isFiring }) => isFiring).length;
  }

  /**
   * The change that an alert brings, if any. It is recorded when `keep` is called; until then the alert may be taken
   * again.
   */
  take(alert: ReceivedAlert, nowMs: number): { readonly step: AlertStep | undefined; readonly keep: () => void } {
    const fingerprint = fingerprintOf(alert.labels);
    const known = this.#entries.get(fingerprint);
    const entry = this.#next(fingerprint, known, alert, nowMs);
    return {
      step: newsOf(known, entry, nowMs, 'the alert is resolved'),
      keep: () => this.#keep(fingerprint, entry),
    };
  }

  /** Alerts that their sender should have renewed and did not. */
  expired(nowMs: number): readonly ReturnType<AlertLedger['take']>[] {
    return [...this.#entries]
      .filter(([, { isFiring, expiresAtMs }]) => isFiring && expiresAtMs !== undefined && expiresAtMs <= nowMs)
      .map(([fingerprint, known]) => {
        const entry = { ...known, isFiring: false };
        const step = newsOf(known, entry, nowMs, 'the alert was not renewed by its sender');
        return { step, keep: () => this.#keep(fingerprint, entry) };
      });
  }

  #next(fingerprint: string, known: Entry | undefined, alert: ReceivedAlert, nowMs: number): Entry {
    const facts = factsOf(alert, this.#mapping);
    const { isFiring, expiresAtMs } = alert;
    const state = { facts, isFiring, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) };
    // While it fires it is the same alert, even if another Prometheus saw it start a moment later.
    if (known?.isFiring === true || (known !== undefined && !isFiring)) {
      return { ...state, anomalyId: known.anomalyId, startedAtMs: known.startedAtMs };
    }
    const startedAtMs = Math.min(alert.startedAtMs ?? nowMs, nowMs);
    const anomalyId = idOf(fingerprint, startedAtMs);
    // A cleared anomaly does not come back: it is another one.
    if (known?.anomalyId !== anomalyId) return { ...state, anomalyId, startedAtMs };
    return { ...state, anomalyId: idOf(fingerprint, nowMs), startedAtMs: nowMs };
  }

  #keep(fingerprint: string, entry: Entry): void {
    this.#entries.delete(fingerprint);
    this.#entries.set(fingerprint, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#maxEntries && oldest !== undefined) this.#entries.delete(oldest);
  }
}

function idOf(fingerprint: string, startedAtMs: number): string {
  return `alert-${fingerprint}-${startedAtMs}`;
}

function newsOf(known: Entry | undefined, entry: Entry, nowMs: number, clearedBecause: string): AlertStep | undefined {
  const { anomalyId, startedAtMs, facts } = entry;
  const say = (event: AlertStep['draft'], ...what: readonly string[]): AlertStep => {
    return { draft: event, identity: [anomalyId, event.type, ...what], startedAtMs };
  };
  if (!entry.isFiring) {
    if (known !== undefined && !known.isFiring) return undefined;
    return say(clearedDraft(entry, nowMs, clearedBecause));
  }
  const data = anomalyOf(entry, nowMs);
  const about = { service: facts.service, key: anomalyId, data };
  if (known?.anomalyId !== anomalyId) return say(draft(anomalyDetected, about));
  if (known.facts.severity === facts.severity) return undefined;
  return say(draft(anomalyUpdated, about), known.facts.severity, facts.severity, String(nowMs));
}

function anomalyOf({ anomalyId, startedAtMs, facts }: Entry, nowMs: number): Anomaly {
  return {
    anomalyId,
    kind: 'alert',
    ...facts,
    // It fires. An alert has no measured value.
    value: 1,
    score: typicalScore(facts.severity),
    harm: { kind: 'alert', reason: 'whoever wrote the alert says so' },
    components: {},
    algorithms: [],
    direction: 'up',
    triggers: [],
    startedAt: new Date(startedAtMs).toISOString(),
    observedAt: new Date(nowMs).toISOString(),
  };
}

function clearedDraft({ anomalyId, startedAtMs, facts }: Entry, nowMs: number, reason: string): AlertStep['draft'] {
  const { service, instance, metric, labels } = facts;
  return draft(anomalyCleared, {
    service,
    key: anomalyId,
    data: {
      anomalyId,
      service,
      ...(instance === undefined ? {} : { instance }),
      metric,
      labels,
      startedAt: new Date(startedAtMs).toISOString(),
      clearedAt: new Date(nowMs).toISOString(),
      reason,
    },
  });
}
