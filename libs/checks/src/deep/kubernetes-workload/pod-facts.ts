import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';

export interface PodFacts {
  /** Restarts of containers within the window, as far as the API shows them: it keeps a count and the last end only. */
  readonly restarts: number;
  readonly evicted: number;
  /** Why pods are not ready: `ImagePullBackOff`, with how many pods. */
  readonly troubles: ReadonlyMap<string, number>;
}

export interface Window {
  readonly sinceMs: number;
}

/** The state of a workload's pods since the beginning of the window. Pure. */
export function podFacts(pods: readonly V1Pod[], { sinceMs }: Window): PodFacts {
  const troubles = new Map<string, number>();
  let [restarts, evicted] = [0, 0];
  for (const pod of pods) {
    if (isEvicted(pod)) {
      if (evictedAtMs(pod) >= sinceMs) evicted += 1;
      continue;
    }
    const isYoung = timeOf(pod.status?.startTime) >= sinceMs;
    for (const container of pod.status?.containerStatuses ?? []) restarts += restartsOf(container, isYoung, sinceMs);
    const trouble = troubleOf(pod);
    if (trouble !== undefined) troubles.set(trouble, (troubles.get(trouble) ?? 0) + 1);
  }
  return { restarts, evicted, troubles };
}

function restartsOf(container: V1ContainerStatus, isYoung: boolean, sinceMs: number): number {
  // All of a young pod's restarts are in the window; of an older one, at least the last.
  if (isYoung) return container.restartCount;
  return timeOf(container.lastState?.terminated?.finishedAt) >= sinceMs ? 1 : 0;
}

function isEvicted({ status }: V1Pod): boolean {
  return status?.phase === 'Failed' && status.reason === 'Evicted';
}

function evictedAtMs({ status }: V1Pod): number {
  const changes = (status?.conditions ?? []).map((condition) => timeOf(condition.lastTransitionTime));
  return Math.max(timeOf(status?.startTime), ...changes);
}

function troubleOf({ status, metadata }: V1Pod): string | undefined {
  if (metadata?.deletionTimestamp !== undefined || status?.phase === 'Succeeded') return undefined;
  const isReady = status?.conditions?.some(({ type, status: answer }) => type === 'Ready' && answer === 'True');
  if (isReady === true) return undefined;
  const states = (status?.containerStatuses ?? []).map(({ state }) => state);
  const waiting = states.map((state) => state?.waiting?.reason).find((reason) => reason !== undefined);
  const scheduling = status?.conditions?.find(
    ({ type, status: answer }) => type === 'PodScheduled' && answer !== 'True',
  );
  return (waiting ?? scheduling?.reason ?? status?.reason ?? status?.phase ?? 'NotReady').slice(0, 80);
}

function timeOf(time: Date | undefined): number {
  const milliseconds = time === undefined ? Number.NaN : new Date(time).getTime();
  return Number.isNaN(milliseconds) ? Number.NEGATIVE_INFINITY : milliseconds;
}
