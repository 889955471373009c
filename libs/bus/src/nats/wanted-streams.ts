import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { StreamConfig } from '@nats-io/jetstream';
import { bucketDefinitions, duplicateWindowMs, leaseBucket, quickLeaseBucket, streams } from '@cortex/contracts';
import type { BucketDefinition, StreamDefinition } from '@cortex/contracts';
import { bucketStream } from '../bucket.ts';

const maxHistory = 64;

/** The settings that are set and read back. Other settings keep the server's defaults. */
export type WantedStream = Pick<
  StreamConfig,
  | 'name'
  | 'description'
  | 'subjects'
  | 'retention'
  | 'storage'
  | 'discard'
  | 'max_age'
  | 'max_bytes'
  | 'max_msgs'
  | 'max_msg_size'
  | 'max_msgs_per_subject'
  | 'num_replicas'
  | 'duplicate_window'
  | 'allow_direct'
  | 'allow_rollup_hdrs'
  | 'deny_delete'
  | 'deny_purge'
>;

const common = {
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_msgs: -1,
  max_msg_size: -1,
} as const;

function wantedStream(definition: StreamDefinition, replicas: number): WantedStream {
  return {
    ...common,
    name: definition.name,
    description: definition.summary,
    subjects: [...definition.subjects],
    discard: DiscardPolicy.Old,
    max_age: definition.maxAgeMs * 1e6,
    max_bytes: definition.maxBytes,
    max_msgs_per_subject: -1,
    num_replicas: replicas,
    duplicate_window: duplicateWindowMs * 1e6,
    allow_direct: false,
    allow_rollup_hdrs: false,
    // Audit records are evidence and must not be edited.
    deny_delete: definition.name === streams.AUDIT.name,
    deny_purge: definition.name === streams.AUDIT.name,
  };
}

function wantedBucket(definition: BucketDefinition, replicas: number, ttlMs: number): WantedStream {
  if (definition.history < 1 || definition.history > maxHistory) {
    throw new RangeError(
      `bucket ${definition.name}: a history of ${definition.history} is not within 1 to ${maxHistory}`,
    );
  }
  return {
    ...common,
    name: bucketStream(definition.name),
    description: definition.summary,
    subjects: [`$KV.${definition.name}.>`],
    discard: definition.whenFull === 'refuse' ? DiscardPolicy.New : DiscardPolicy.Old,
    max_age: ttlMs * 1e6,
    max_bytes: definition.maxBytes,
    max_msgs_per_subject: definition.history,
    num_replicas: replicas,
    duplicate_window: (ttlMs > 0 ? Math.min(ttlMs, duplicateWindowMs) : duplicateWindowMs) * 1e6,
    allow_direct: !definition.coordination,
    allow_rollup_hdrs: true,
    deny_delete: true,
    deny_purge: false,
  };
}

/** Every stream and every bucket's stream, as the contracts declare them. */
export function wantedStreams(options: {
  readonly replicas: number;
  readonly longestLeaseMs: number;
}): readonly WantedStream[] {
  return [
    ...Object.values(streams).map((definition) => wantedStream(definition, options.replicas)),
    ...bucketDefinitions.map((definition) =>
      wantedBucket(definition, options.replicas, ttlOf(definition, options.longestLeaseMs)),
    ),
  ];
}

const leaseBuckets: ReadonlySet<string> = new Set([leaseBucket.name, quickLeaseBucket.name]);

function ttlOf({ name, ttlMs }: BucketDefinition, longestLeaseMs: number): number {
  return leaseBuckets.has(name) ? Math.min(ttlMs, longestLeaseMs) : ttlMs;
}
