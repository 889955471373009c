import { logMetrics, type SeriesSample } from '@cortex/contracts';
import { maxMinedServices, maxSources, type SignalSettings } from '../limits.ts';
import { BoundedIndex } from '../bounded-index.ts';
import { sourceKey, sourceOf, type Source } from '../source.ts';
import { Window } from '../window.ts';
import { levelOf } from './level.ts';
import type { LogRecord } from './log-record.ts';
import { ServiceTemplates, type NewTemplate } from './service-templates.ts';

interface Counted {
  readonly source: Source;
  records: number;
  errors: number;
}

/** Turns log records into samples of their rates and templates, window by window. */
export class LogSignals {
  readonly #settings: SignalSettings;
  readonly #window: Window;
  readonly #sources: BoundedIndex<Counted>;
  readonly #services: BoundedIndex<ServiceTemplates>;

  constructor(settings: SignalSettings, openedAtMs: number) {
    this.#settings = settings;
    this.#window = new Window(openedAtMs);
    this.#sources = new BoundedIndex(maxSources, settings.silentAfterMs);
    this.#services = new BoundedIndex(maxMinedServices, settings.silentAfterMs);
  }

  /** Counts a record that has just arrived. False where its source is one too many; then it is dropped. */
  add(record: LogRecord, nowMs: number): boolean {
    const counted = this.#sources.see(sourceKey(record), nowMs, () => ({
      source: sourceOf(record),
      records: 0,
      errors: 0,
    }));
    if (counted === undefined) return false;
    const level = levelOf(record);
    counted.records += 1;
    if (level === 'error') counted.errors += 1;
    const { service, body } = record;
    const create = (): ServiceTemplates => new ServiceTemplates(service, this.#settings, nowMs);
    this.#services.see(service, nowMs, create)?.add(body, level, nowMs);
    return true;
  }

  /** Templates that are new since the last call, at most ten a service. */
  takeNewTemplates(nowMs: number): NewTemplate[] {
    return this.#services.active(nowMs).flatMap((templates) => templates.takeNew());
  }

  /** Closes the window. A source without records in it has rates of zero, and no ratio. */
  close(nowMs: number): SeriesSample[] {
    const seconds = this.#window.roll(nowMs);
    if (seconds === undefined) return [];
    return [
      ...this.#sources.active(nowMs).flatMap((counted) => closeSource(counted, nowMs, seconds)),
      ...this.#services.active(nowMs).flatMap((templates) => templates.close(nowMs, seconds)),
    ];
  }
}

function closeSource(counted: Counted, nowMs: number, seconds: number): SeriesSample[] {
  const { source, records, errors } = counted;
  counted.records = 0;
  counted.errors = 0;
  const sample = (metric: string, value: number): SeriesSample => ({
    ...source,
    metric,
    labels: {},
    timeMs: nowMs,
    value,
  });
  return [
    sample(logMetrics.records, records / seconds),
    sample(logMetrics.errors, errors / seconds),
    ...(records === 0 ? [] : [sample(logMetrics.errorRatio, errors / records)]),
  ];
}
