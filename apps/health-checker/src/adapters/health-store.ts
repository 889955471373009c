import type { Bucket, Bus } from '@cortex/bus';
import { HealthRecord, healthBucket, targetKey } from '@cortex/contracts';
import type { Target } from '@cortex/contracts';
import { resumeHealth, unknownHealth } from '@cortex/health';
import type { TargetHealth } from '@cortex/health';
import { z } from 'zod';

/** How far the announcement of the last change has come. */
const Announcement = z.strictObject({
  /** The `health.checked` event that tipped the state; the id of `health.changed` is derived from it. */
  causeId: z.uuid(),
  published: z.boolean(),
});
export type Announcement = z.infer<typeof Announcement>;

export interface StoredHealth {
  readonly health: TargetHealth;
  readonly announcement?: Announcement;
  /** 0 for what has never been stored. */
  readonly revision: number;
  /** When it was stored: from then on its announcement may be published. */
  readonly storedAtMs: number;
}

/** The health of each target in its bucket; each write must build on the revision that was read. */
export interface HealthStore {
  load(target: Target, now: string): Promise<StoredHealth>;
  /** The new revision, or undefined when another writer came first. */
  save(stored: Omit<StoredHealth, 'storedAtMs'>): Promise<number | undefined>;
}

export async function openHealthStore(bus: Bus): Promise<HealthStore> {
  const bucket: Bucket<HealthRecord> = await bus.bucket(healthBucket);
  return {
    async load(target, now) {
      const entry = await bucket.get(targetKey(target));
      if (entry === undefined) return { health: unknownHealth(target, now), revision: 0, storedAtMs: Date.parse(now) };
      const { announcement, ...memory } = entry.value.memory;
      const parsed = Announcement.safeParse(announcement);
      return {
        health: resumeHealth({ ...entry.value, memory }),
        revision: entry.revision,
        storedAtMs: entry.writtenAtMs,
        ...(parsed.success ? { announcement: parsed.data } : {}),
      };
    },
    async save({ health, announcement, revision }) {
      const key = targetKey(health.target);
      const memory = { ...health.memory, ...(announcement === undefined ? {} : { announcement }) };
      const record = HealthRecord.parse({ ...health, memory });
      const written = revision === 0 ? await bucket.create(key, record) : await bucket.update(key, record, revision);
      return written.ok ? written.revision : undefined;
    },
  };
}
