import { HarmLimit, traceMetrics } from '@cortex/contracts';
import type { SeriesIdentity } from '../identity.ts';

/** A limit, and the series that it is not about although it matches them. */
export interface SpecLimit {
  readonly limit: HarmLimit;
  readonly isAbout: (series: SeriesIdentity) => boolean;
}

const minuteMs = 60_000;

function percent(value: number) {
  return { value, unit: 'percent' } as const;
}

function milliseconds(value: number) {
  return { value, unit: 'milliseconds' } as const;
}

function limits(
  metrics: readonly string[],
  limit: Omit<Parameters<typeof HarmLimit.parse>[0] & object, 'match'>,
  isAbout: SpecLimit['isAbout'] = () => true,
): readonly SpecLimit[] {
  return metrics.map((metric) => ({ limit: HarmLimit.parse({ ...limit, match: { metric } }), isAbout }));
}

/** Labels by which exporters split a resource: what is not used is none of it. */
const unusedStates = /^(idle|free|available|cached|buffered|buffers|inactive|reserved|slab_.*|iowait|wait)$/;

/** The whole of a resource, or what is used of it: not one processor of many, and not what is free. */
function isUse({ labels }: SeriesIdentity): boolean {
  const isOneProcessor = ['cpu', 'core', 'cpu_logical_number'].some((name) => labels[name] !== undefined);
  return !isOneProcessor && !['state', 'mode', 'type'].some((name) => unusedStates.test(labels[name] ?? ''));
}

/** One operation may end as it likes, when nobody needs it any more. */
function isAllTraffic({ labels }: SeriesIdentity): boolean {
  return labels['operation'] === undefined;
}

/**
 * The harm of spec 5.1: resources beyond 80 % of what there is, latency twice the normal and so long that people notice,
 * failures beyond a few per cent, half of the traffic gone. By metric names; the first that fits holds. What lasts no longer
 * than a compiler, a garbage collection or a deployment is none.
 */
export const specLimits: readonly SpecLimit[] = [
  // What is logged is no failure of a request: services log errors that nobody notices.
  ...limits(['log_*'], { isHarmless: true }),
  ...limits(['*success*'], { below: percent(95), forMs: 2 * minuteMs }),
  ...limits(['*error*', '*fail*'], { above: percent(5), forMs: 2 * minuteMs }),
  // Rates of failures, and those of a network, are no traffic of users.
  ...limits(['*error*', '*fail*', '*network*'], { isHarmless: true }),
  ...limits(
    ['*request*per_second', '*request*rate', '*traffic*'],
    { shareOfNormal: 0.5, normalAtLeast: 1, forMs: 5 * minuteMs },
    isAllTraffic,
  ),
  // The slowest hundredth has to be slow for longer, and by more, before people tell.
  ...limits([traceMetrics.p99, '*duration*_p99*', '*latency*_p99*'], {
    timesNormal: 2,
    above: milliseconds(1_000),
    forMs: 5 * minuteMs,
  }),
  // A quarter of a second is about where people begin to notice that they wait.
  ...limits(
    ['trace_duration_*', '*request*duration*', '*response*time*', '*latency*', '*http*duration*', '*rpc*duration*'],
    {
      timesNormal: 2,
      above: milliseconds(250),
      forMs: 2 * minuteMs,
    },
  ),
  ...limits(
    ['*memory*available*', '*disk*free*', '*disk*avail*', '*filesystem*free*', '*filesystem*avail*', '*cpu*idle*'],
    {
      below: percent(20),
      forMs: 10 * minuteMs,
    },
  ),
  ...limits(['*free*', '*avail*', '*idle*', '*cached*', '*buffer*'], { isHarmless: true }),
  // A backup keeps a disk busy for as long as it takes.
  ...limits(['*disk*busy*', '*disk*io*', '*io_util*'], { above: percent(80), forMs: 60 * minuteMs }),
  // A build or an import may use all processors for a while, and nobody waits for it.
  ...limits(['*cpu*'], { above: percent(80), forMs: 30 * minuteMs }, isUse),
  ...limits(
    ['*memory*', '*heap*', '*disk*', '*filesystem*', '*storage*', '*inode*', '*pool*', '*connection*'],
    { above: percent(80), forMs: 10 * minuteMs },
    isUse,
  ),
];
