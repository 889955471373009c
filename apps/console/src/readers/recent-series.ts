import type { SeriesView } from '@cortex/api';
import type { Bus } from '@cortex/bus';
import { seriesKey, telemetryMetrics, type SeriesBatch } from '@cortex/contracts';

/** How far back is looked. */
export const recentMs = 10 * 60_000;
const patienceMs = 5_000;

export interface RecentSeries {
  /** With the newest value of each, by service, instance, metric and labels. */
  readonly series: readonly SeriesView[];
  /** False when not all that arrived could be read in time: newer values and series may be missing. */
  readonly isWhole: boolean;
}

/** The series that arrived within the last ten minutes, read back from the stream. */
export async function readRecentSeries(bus: Bus, now: Date): Promise<RecentSeries> {
  const found = new Map<string, SeriesView>();
  let finish: (isWhole: boolean) => void = () => {};
  const ended = new Promise<boolean>((resolve) => (finish = resolve));
  const giveUp = setTimeout(() => finish(false), patienceMs);
  const reading = await bus.read({
    event: telemetryMetrics,
    from: new Date(now.getTime() - recentMs),
    handle: ({ data }) => {
      for (const batch of data.series) {
        const key = seriesKey(batch);
        const newest = newestOf(batch);
        // A late sample of the past does not hide a newer one.
        if (newest.at >= (found.get(key)?.at ?? '')) found.set(key, newest);
      }
    },
    onCaughtUp: () => finish(true),
  });
  try {
    const isWhole = await ended;
    const keys = [...found.keys()].toSorted();
    return { series: keys.flatMap((key) => found.get(key) ?? []), isWhole };
  } finally {
    clearTimeout(giveUp);
    await reading.stop();
  }
}

function newestOf({ service, instance, metric, unit, labels, timesMs, values }: SeriesBatch): SeriesView {
  let newest = 0;
  for (const [index, timeMs] of timesMs.entries()) if (timeMs >= (timesMs[newest] ?? 0)) newest = index;
  return {
    service,
    ...(instance === undefined ? {} : { instance }),
    metric,
    ...(unit === undefined ? {} : { unit }),
    labels,
    value: values[newest] ?? 0,
    at: new Date(timesMs[newest] ?? 0).toISOString(),
  };
}
