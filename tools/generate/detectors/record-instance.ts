import { seriesKey } from '@cortex/contracts';
import { compileDetection, detect, emptyPartition } from '@cortex/detection';
import { behaviorMetric, behaviorOf, normalNoise, startMs } from '@cortex/detection/testing';
import { minuteMs } from './scene.ts';

export const instanceMetrics = ['cpu_usage', 'request_rate', 'response_time'] as const;

/** Minutes from the start: the whole is judged from the third day on. */
const onset = 3_598;
const shownFrom = 3_400;
const end = 3_780;
/** The load rises and falls by three fifths, once in a day. */
const radian = 229;

export interface InstanceMoment {
  readonly timeMs: number;
  /** In the order of {@link instanceMetrics}. */
  readonly row: readonly number[];
  /** How unusual the row is, in nats. */
  readonly behavior: number | undefined;
}

export interface InstanceRecording {
  readonly onsetMs: number;
  readonly moments: readonly InstanceMoment[];
  /** Every anomaly of the time shown. */
  readonly openings: readonly { readonly timeMs: number; readonly metric: string; readonly explanation: string }[];
}

/** Runs the whole detection over an instance whose processor turns against its load. */
export function recordInstance(): InstanceRecording {
  const settings = compileDetection([], []);
  const state = emptyPartition();
  const noise = normalNoise(1);
  const sender = { service: 'shop', instance: 'shop-1', labels: {} };
  const key = seriesKey(behaviorOf({ ...sender, metric: behaviorMetric }));
  const moments: InstanceMoment[] = [];
  const openings: { timeMs: number; metric: string; explanation: string }[] = [];
  for (let minute = 0; minute < end; minute += 1) {
    const timeMs = startMs + minute * minuteMs;
    const row = rowAt(minute, noise);
    const series = instanceMetrics.map((metric, place) => ({
      ...sender,
      metric,
      timesMs: [timeMs],
      values: [row[place] ?? 0],
    }));
    const { drafts } = detect(settings, state, { atMs: timeMs, series });
    if (minute < shownFrom) continue;
    moments.push({ timeMs, row, behavior: state.series.get(key)?.last?.value });
    for (const { type, data } of drafts) {
      if (type !== 'anomaly.detected' || !('explanation' in data) || !('metric' in data)) continue;
      openings.push({ timeMs, metric: String(data.metric), explanation: String(data.explanation) });
    }
  }
  return { onsetMs: startMs + onset * minuteMs, moments, openings };
}

function rowAt(minute: number, noise: () => number): readonly number[] {
  const load = 100 + 60 * Math.sin(minute / radian) + 8 * noise();
  const cpu = 0.5 * load + noise();
  return [minute < onset ? cpu : 100 - cpu, 4 * load + 8 * noise(), 20 + 0.3 * load + noise()];
}
