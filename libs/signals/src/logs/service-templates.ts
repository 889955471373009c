import { logMetrics, type SeriesSample } from '@cortex/contracts';
import type { SignalSettings } from '../limits.ts';
import { chooseSeries } from './choose-series.ts';
import type { Level } from './level.ts';
import { NewTemplates } from './new-templates.ts';
import { TemplateMiner } from './template-miner.ts';
import { textOf, type Template } from './template-tree.ts';
import { closeWindow, newTraffic, type TemplateTraffic } from './template-traffic.ts';

/** A template that was never seen before. */
export interface NewTemplate {
  readonly service: string;
  readonly level: Level;
  readonly text: string;
}

/** The templates of one service's logs, their traffic, and the new ones. */
export class ServiceTemplates {
  readonly service: string;
  readonly #settings: SignalSettings;
  readonly #knownSinceMs: number;
  readonly #miner: TemplateMiner;
  readonly #traffic = new WeakMap<Template, TemplateTraffic>();
  readonly #new = new NewTemplates();
  #records = 0;

  constructor(service: string, settings: SignalSettings, knownSinceMs: number) {
    this.service = service;
    this.#settings = settings;
    this.#knownSinceMs = knownSinceMs;
    this.#miner = new TemplateMiner(settings.templates);
  }

  add(body: string, level: Level, nowMs: number): void {
    this.#records += 1;
    const mined = this.#miner.learn(body, level);
    if (mined === undefined) return;
    const traffic = this.#traffic.get(mined.template) ?? newTraffic(mined.template);
    this.#traffic.set(mined.template, traffic);
    traffic.count += 1;
    traffic.seenAtMs = nowMs;
    if (mined.isNew && !this.#isWarmingUp(nowMs)) this.#new.add(mined.template);
  }

  /** The first of the templates that are new since the last call. */
  takeNew(): readonly NewTemplate[] {
    const { service } = this;
    return this.#new.takeNamed().map((template) => ({ service, level: template.level, text: textOf(template) }));
  }

  /** Closes the window. New templates are reported for the service; a burst may come from all of its instances. */
  close(nowMs: number, seconds: number): SeriesSample[] {
    const about = { service: this.service, timeMs: nowMs };
    const samples: SeriesSample[] = this.#new
      .close()
      .map(([severity, value]) => ({ ...about, metric: logMetrics.newTemplates, labels: { severity }, value }));
    const all = this.#miner.templates.flatMap((template) => this.#traffic.get(template) ?? []);
    const rates = new Map(all.map((traffic) => [traffic, closeWindow(traffic, seconds)]));
    for (const traffic of all) if (this.#isSilent(traffic, nowMs)) traffic.label = undefined;
    chooseSeries(
      all.filter((traffic) => !this.#isSilent(traffic, nowMs)),
      this.#settings.templateSeries,
    );
    for (const [{ template, label }, value] of rates) {
      if (label === undefined) continue;
      const labels = { template: label, template_id: template.id };
      samples.push({ ...about, metric: logMetrics.template, labels, value });
    }
    return samples;
  }

  #isWarmingUp(nowMs: number): boolean {
    const { warmUpMs, warmUpRecords } = this.#settings;
    return nowMs - this.#knownSinceMs < warmUpMs || this.#records <= warmUpRecords;
  }

  #isSilent({ seenAtMs }: TemplateTraffic, nowMs: number): boolean {
    return nowMs - seenAtMs > this.#settings.silentAfterMs;
  }
}
