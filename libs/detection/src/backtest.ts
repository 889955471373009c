import type { AnomalySeverity } from '@cortex/contracts';
import type { DetectionSettings } from './settings.ts';
import type { Sample } from './detectors/detector.ts';
import { Refractory } from './scoring/refractory.ts';
import type { SeriesIdentity } from './identity.ts';
import { createSeries, stepSeries, type Refusal } from './series/series.ts';
import { explainAnomaly } from './text/explain.ts';

/** The result of the detection for one recorded sample at its time. */
export interface BacktestRow extends Sample {
  /** Composite score, 0 where an equal or worse one was reported recently. */
  readonly alarm: number;
  /** An anomaly was open. */
  readonly isOpen: boolean;
  readonly lower: number | undefined;
  readonly upper: number | undefined;
  /** Set where an anomaly opened at this sample. */
  readonly opened?: { readonly severity: AnomalySeverity; readonly explanation: string };
  /** Set where the sample was refused. */
  readonly refused?: Refusal;
}

/** Runs the detection over the samples of one series, in their order, as if each had just arrived. */
export function* backtestSeries(
  settings: DetectionSettings,
  identity: SeriesIdentity,
  samples: Iterable<Sample>,
): Generator<BacktestRow> {
  const series = createSeries(identity, settings.settingsFor(identity));
  const refractory = new Refractory();
  for (const sample of samples) {
    const step = stepSeries(series, sample, sample.timeMs, {
      valueOf: (metric) => (metric === identity.metric ? sample.value : undefined),
      entityOf: () => undefined,
    });
    if (step.refused !== undefined) {
      yield { ...sample, alarm: 0, isOpen: false, lower: undefined, upper: undefined, refused: step.refused };
      continue;
    }
    const { observation, transition } = step;
    const { range } = series.detector;
    yield {
      ...sample,
      alarm: refractory.pass(observation.score),
      isOpen: series.tracker.open !== undefined,
      lower: range?.lower,
      upper: range?.upper,
      ...(transition?.type === 'detected'
        ? {
            opened: {
              severity: transition.anomaly.severity,
              explanation: explainAnomaly(series, observation, transition.anomaly.triggers),
            },
          }
        : {}),
    };
  }
}
