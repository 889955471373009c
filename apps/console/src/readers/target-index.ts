import type { Bucket } from '@cortex/bus';
import { targetKey, type CheckDefinition, type CortexConfiguration, type HealthRecord } from '@cortex/contracts';
import type { TargetView } from '@cortex/api';

/** Every target of the configuration with its last known health. */
export interface TargetIndex {
  list(now: Date): readonly TargetView[];
  stop(): Promise<void>;
}

export async function startTargetIndex(
  bucket: Bucket<HealthRecord>,
  config: Pick<CortexConfiguration, 'services' | 'checks'>,
  onInvalid: (key: string, error: Error) => void,
): Promise<TargetIndex> {
  const records = new Map<string, HealthRecord>();
  const patienceMs = patienceByTarget(config.checks);
  const watching = await bucket.watch(
    (key, entry) => {
      if (entry === undefined) records.delete(key);
      else records.set(key, entry.value);
    },
    { onInvalid },
  );
  return {
    list: (now) => config.services.flatMap((service) => targetsOf(service, { records, patienceMs, now })),
    stop: () => watching.stop(),
  };
}

interface Known {
  readonly records: ReadonlyMap<string, HealthRecord>;
  readonly patienceMs: ReadonlyMap<string, number>;
  readonly now: Date;
}

/** A record is written a minute after the one before at the latest, once all checks have answered again. */
const rewrittenWithinMs = 60_000;
const missedRuns = 3;

/** How old what was seen of a target may be, by the slowest of its checks; comprehensive ones do not count. */
function patienceByTarget(checks: readonly CheckDefinition[]): ReadonlyMap<string, number> {
  const patience = new Map<string, number>();
  for (const { target, tier, intervalMs, timeoutMs, retries } of checks) {
    if (tier === 'comprehensive') continue;
    const key = targetKey(target);
    const ownMs = rewrittenWithinMs + missedRuns * (intervalMs + (retries + 1) * timeoutMs);
    patience.set(key, Math.max(patience.get(key) ?? 0, ownMs));
  }
  return patience;
}

function targetsOf(
  service: CortexConfiguration['services'][number],
  { records, patienceMs, now }: Known,
): readonly TargetView[] {
  return service.instances.map((instance) => {
    const target = { service: service.name, instance: instance.id };
    const key = targetKey(target);
    const record = records.get(key);
    const { seenAt } = record ?? {};
    const isUnseen =
      seenAt !== undefined && now.getTime() - Date.parse(seenAt) > (patienceMs.get(key) ?? Number.POSITIVE_INFINITY);
    const isPresent = record?.change?.to === record?.state;
    return {
      target,
      ...(service.kind === undefined ? {} : { kind: service.kind }),
      critical: service.critical,
      remediate: service.remediate,
      state: record?.state ?? 'UNKNOWN',
      ...(record === undefined ? {} : { since: record.since }),
      flapping: record?.flapping ?? false,
      ...(isUnseen ? { unseenSince: seenAt } : {}),
      reason: record?.change?.reason ?? (record === undefined ? 'no check has reported yet' : ''),
      dependenciesDown: isPresent ? (record?.change?.dependenciesDown ?? []) : [],
      failing: isPresent ? (record?.change?.failing ?? []) : [],
    };
  });
}
