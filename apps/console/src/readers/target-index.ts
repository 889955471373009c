import type { Bucket } from '@cortex/bus';
import { targetKey, type CortexConfiguration, type HealthRecord } from '@cortex/contracts';
import type { TargetView } from '@cortex/api';

/** Every target of the configuration with its last known health. */
export interface TargetIndex {
  list(): readonly TargetView[];
  stop(): Promise<void>;
}

export async function startTargetIndex(
  bucket: Bucket<HealthRecord>,
  config: Pick<CortexConfiguration, 'services'>,
  onInvalid: (key: string, error: Error) => void,
): Promise<TargetIndex> {
  const records = new Map<string, HealthRecord>();
  const watching = await bucket.watch(
    (key, entry) => {
      if (entry === undefined) records.delete(key);
      else records.set(key, entry.value);
    },
    { onInvalid },
  );
  return {
    list: () => config.services.flatMap((service) => targetsOf(service, records)),
    stop: () => watching.stop(),
  };
}

function targetsOf(
  service: CortexConfiguration['services'][number],
  records: ReadonlyMap<string, HealthRecord>,
): readonly TargetView[] {
  return service.instances.map((instance) => {
    const target = { service: service.name, instance: instance.id };
    const record = records.get(targetKey(target));
    const isPresent = record?.change?.to === record?.state;
    return {
      target,
      ...(service.kind === undefined ? {} : { kind: service.kind }),
      critical: service.critical,
      remediate: service.remediate,
      state: record?.state ?? 'UNKNOWN',
      ...(record === undefined ? {} : { since: record.since }),
      flapping: record?.flapping ?? false,
      reason: record?.change?.reason ?? (record === undefined ? 'no check has reported yet' : ''),
      dependenciesDown: isPresent ? (record?.change?.dependenciesDown ?? []) : [],
      failing: isPresent ? (record?.change?.failing ?? []) : [],
    };
  });
}
