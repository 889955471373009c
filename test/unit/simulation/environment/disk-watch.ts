import { derivedId } from '@cortex/bus';
import { anomalyCleared, anomalyDetected, draft, partitionDraft, targetKey, telemetryMetrics } from '@cortex/contracts';
import type { Target } from '@cortex/contracts';
import { targets } from '../catalogue.ts';
import type { Site } from '../site.ts';
import { neighbourOf } from './neighbour.ts';

const holdMs = 20_000;
const sampleEveryMs = 10_000;
const limit = 85;

/**
 * What a site sends of its disks: samples, and the anomaly that a trigger of `clean` makes of them when it has held. The
 * detector itself is not simulated: its state is a function of its stream, and tested as such.
 */
export function watchDisks(site: Site): void {
  const { scheduler, world } = site;
  const { bus } = neighbourOf(site, '/cortex/detector');
  const since = new Map<string, string>();
  const told = new Set<string>();

  const anomaly = (target: Target, startedAt: string) => ({
    anomalyId: `${targetKey(target)} ${startedAt}`,
    ...target,
    metric: 'disk_usage_percent',
    labels: {},
    startedAt,
  });
  const detect = (target: Target, startedAt: string): void => {
    const key = targetKey(target);
    if (since.get(key) !== startedAt) return;
    told.add(startedAt + key);
    const data = {
      ...anomaly(target, startedAt),
      kind: 'threshold' as const,
      value: world.state(target).disk,
      score: 0.8,
      severity: 'high' as const,
      harm: { kind: 'limit' as const, reason: 'the trigger of playbook clean holds' },
      components: {},
      algorithms: [],
      direction: 'up' as const,
      triggers: ['clean'],
      observedAt: scheduler.now,
      explanation: `the disk of ${target.instance} is filling`,
    };
    const id = derivedId({ id: data.anomalyId, time: startedAt }, 'detected');
    void bus.publish(draft(anomalyDetected, { service: target.service, data }), undefined, id);
  };
  const clear = (target: Target, startedAt: string): void => {
    if (!told.has(startedAt + targetKey(target))) return;
    const data = { ...anomaly(target, startedAt), clearedAt: scheduler.now, reason: 'back to normal' };
    const id = derivedId({ id: data.anomalyId, time: startedAt }, 'cleared');
    void bus.publish(draft(anomalyCleared, { service: target.service, data }), undefined, id);
  };
  const sample = (): void => {
    const series = targets.map((target) => ({
      ...target,
      metric: 'disk_usage_percent',
      labels: {},
      timesMs: [scheduler.nowMs],
      values: [world.state(target).disk],
    }));
    void bus.publish(partitionDraft(telemetryMetrics, { partition: 0, data: { partition: 0, series } }));
    scheduler.after(sampleEveryMs, sample);
  };

  world.onChange((target) => {
    const key = targetKey(target);
    const startedAt = since.get(key);
    if (world.state(target).disk > limit) {
      if (startedAt !== undefined) return;
      const now = scheduler.now;
      since.set(key, now);
      scheduler.after(holdMs, () => detect(target, now));
    } else if (startedAt !== undefined) {
      since.delete(key);
      clear(target, startedAt);
    }
  });
  sample();
}
