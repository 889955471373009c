import type { DetectionRule } from '@cortex/contracts';
import { compileDetection } from '@cortex/detection';
import {
  algorithmsFor,
  composite,
  createSeries,
  explainAnomaly,
  normalNoise,
  type Range,
  startMs,
  stepSeries,
  type UnitKind,
  type ComponentScore,
} from '@cortex/detection/testing';
import type { Scene } from './scene.ts';

/** What the whole detection made of one sample, and what the detector of the scene said of it. */
export interface Moment {
  readonly timeMs: number;
  readonly value: number;
  /** Of the detector of the scene; 0 while it has nothing to go by. */
  readonly score: number;
  /** Of all detectors together. */
  readonly together: number;
  /** What all of them together would be if the others found nothing. */
  readonly alone: number;
  /** Where the detector of the scene thinks in values. */
  readonly range: Range | undefined;
}

export interface Opening {
  readonly timeMs: number;
  readonly severity: string;
  readonly explanation: string;
  readonly scores: readonly { readonly name: string; readonly score: number }[];
  /** Of all of them together. */
  readonly together: number;
  clearedMs: number | undefined;
}

/** A scene as the detection saw it. */
export interface Recording {
  readonly scene: Scene;
  readonly unit: UnitKind;
  readonly openAbove: number;
  readonly moments: readonly Moment[];
  readonly openings: readonly Opening[];
}

/** Runs the detection of one series over a scene, by default at the defaults. Only what is shown is kept, and every anomaly. */
export function recordScene(scene: Scene, rules: readonly DetectionRule[] = []): Recording {
  const identity = { ...sender(scene), metric: scene.metric, labels: scene.labels ?? {} };
  const series = createSeries(identity, compileDetection(rules, []).settingsFor(identity));
  const { rule } = series.settings;
  const { members } = algorithmsFor({ rule, unit: series.unit });
  const own = members.find(({ definition }) => definition.name === scene.detector);
  if (own === undefined) throw new RangeError(`no detector is called ${scene.detector}`);
  const noise = normalNoise(scene.seed);
  const moments: Moment[] = [];
  const openings: Opening[] = [];
  for (let index = 0; index < scene.samples; index += 1) {
    const timeMs = startMs + index * scene.stepMs;
    const value = scene.valueAt(timeMs, noise);
    const step = stepSeries(series, { timeMs, value }, timeMs, { valueOf: () => undefined, entityOf: () => undefined });
    if (step.refused !== undefined) throw new RangeError(`a sample was refused: ${step.refused}`);
    const { observation, transition } = step;
    if (transition?.type === 'detected') {
      const { severity, triggers } = transition.anomaly;
      const explanation = explainAnomaly(series, observation, triggers);
      const scores = series.detector.details().algorithms.toSorted((left, right) => right.score - left.score);
      openings.push({ timeMs, severity, explanation, scores, together: observation.score, clearedMs: undefined });
    }
    const open = openings.at(-1);
    if (transition?.type === 'cleared' && open !== undefined) open.clearedMs = timeMs;
    if (timeMs < scene.shown.fromMs || timeMs > scene.shown.toMs) continue;
    const silent = members.map((one) => (one === own ? one : asSilent(one)));
    const { score, deviation } = own;
    moments.push({
      timeMs,
      value,
      score,
      together: observation.score,
      alone: composite(silent, 'both'),
      range: Number.isNaN(deviation) ? undefined : own.detector.range?.(),
    });
  }
  return { scene, unit: series.unit, openAbove: rule.openAbove, moments, openings };
}

/** One that looks, and finds nothing. */
function asSilent({ definition, deviation }: ComponentScore): ComponentScore {
  return { definition, deviation, score: 0 };
}

function sender({ title }: Scene) {
  const instance = title.split(' ').at(-1) ?? '';
  return { service: instance.replace(/-\d+$/, ''), instance };
}
