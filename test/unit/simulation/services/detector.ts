import { anomalyCleared, anomalyDetected, targetKey } from '@cortex/contracts';
import { derivedId } from '@cortex/bus';
import type { Target } from '@cortex/contracts';
import { targets } from '../catalogue.ts';
import type { Process, Task } from '../process.ts';
import { sleepUntil } from '../process.ts';
import type { Site } from '../site.ts';

const holdMs = 30_000;
const limit = 85;

/**
 * The threshold side of apps/detector alone: a trigger that held for its duration on one series, and its end. What it
 * knows is the series itself, so after a crash it looks again and says the same under the same ids.
 */
export function startDetector(site: Site, process: Process): void {
  for (const target of targets) {
    const watch = new SeriesWatch(site, process, target);
    watch.wake();
    const { life } = process;
    site.world.onChange((changed) => {
      if (targetKey(changed) === targetKey(target) && process.life === life) watch.wake();
    });
  }
}

/** Since when each series is above its limit: read from telemetry by the real one, kept with the world here. */
const since = new WeakMap<Site, Map<string, string>>();

class SeriesWatch {
  readonly #site: Site;
  readonly #process: Process;
  readonly #target: Target;

  constructor(site: Site, process: Process, target: Target) {
    this.#site = site;
    this.#process = process;
    this.#target = target;
  }

  wake(): void {
    const { clock, world } = this.#site;
    const known = since.get(this.#site) ?? new Map<string, string>();
    since.set(this.#site, known);
    const key = targetKey(this.#target);
    const isAbove = world.state(this.#target).disk > limit;
    const startedAt = known.get(key);
    if (isAbove) {
      if (startedAt !== undefined && startedAt !== clock.now) this.#process.spawn(this.#detect(startedAt));
      else if (startedAt === undefined) {
        known.set(key, clock.now);
        this.#process.spawn(this.#detect(clock.now));
      }
    } else if (startedAt !== undefined) {
      known.delete(key);
      this.#process.spawn(this.#clear(startedAt));
    }
  }

  *#detect(startedAt: string): Task<void> {
    const { clock, world, bus } = this.#site;
    yield* sleepUntil(Math.max(clock.nowMs, Date.parse(startedAt) + holdMs));
    if (since.get(this.#site)?.get(targetKey(this.#target)) !== startedAt) return;
    const { service, instance } = this.#target;
    const anomalyId = this.#anomalyId(startedAt);
    const observedAt = new Date(Date.parse(startedAt) + holdMs).toISOString();
    const data = {
      anomalyId,
      kind: 'threshold' as const,
      service,
      instance,
      metric: 'disk_usage_percent',
      labels: {},
      value: world.state(this.#target).disk,
      score: 0.8,
      severity: 'high' as const,
      components: {},
      algorithms: [],
      direction: 'up' as const,
      triggers: ['clean'],
      startedAt,
      observedAt,
      explanation: `the disk of ${instance} is filling`,
    };
    const id = derivedId({ id: anomalyId, time: startedAt }, 'detected');
    yield* bus.publish({ type: anomalyDetected.type, service, data }, undefined, this.#process.name, id);
  }

  *#clear(startedAt: string): Task<void> {
    const { clock, bus } = this.#site;
    const { service, instance } = this.#target;
    const anomalyId = this.#anomalyId(startedAt);
    const data = {
      anomalyId,
      service,
      instance,
      metric: 'disk_usage_percent',
      labels: {},
      startedAt,
      clearedAt: clock.now,
      reason: 'back to normal',
    };
    const id = derivedId({ id: anomalyId, time: startedAt }, 'cleared');
    yield* bus.publish({ type: anomalyCleared.type, service, data }, undefined, this.#process.name, id);
  }

  #anomalyId(startedAt: string): string {
    return `${targetKey(this.#target)} ${startedAt}`;
  }
}
