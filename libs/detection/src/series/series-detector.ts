import type { AnomalySeverity, DetectionRule } from '@cortex/contracts';
import { z } from 'zod';
import { allDetectors } from '../detectors/all-detectors.ts';
import type {
  Detector,
  DetectorDefinition,
  DetectorSettings,
  Direction,
  Judgement,
  Learning,
  Sample,
} from '../detectors/detector.ts';
import { composite, severityOf, type ComponentScores } from '../scoring/composite.ts';
import { followLevel, HeldLevel, isNewNormal } from './held-level.ts';

/** What all algorithms together think of one sample. */
export interface Observation {
  readonly sample: Sample;
  readonly score: number;
  /** Undefined below `info`. */
  readonly severity: AnomalySeverity | undefined;
  /** The score is above the rule's `openAbove`. */
  readonly anomalous: boolean;
  readonly components: ComponentScores;
  readonly algorithms: readonly { readonly name: string; readonly score: number; readonly anomalous: boolean }[];
  readonly direction: Direction;
  readonly expected: number | undefined;
  readonly lower: number | undefined;
  readonly upper: number | undefined;
  /** This sample ended a long steady deviation: its level is the new normal. */
  readonly accepted: boolean;
}

/** What the series is going through; it decides what may be learned from a sample. */
export interface Circumstances {
  /** An anomaly of this series is open. */
  readonly open: boolean;
  /** A trigger of the user calls this very value bad. */
  readonly calledBad: boolean;
}

const Saved = z.strictObject({
  learned: z.number(),
  held: HeldLevel.optional(),
  detectors: z.record(z.string(), z.record(z.string(), z.json())),
});
export type SavedSeriesDetector = z.input<typeof Saved>;

interface Member {
  readonly definition: DetectorDefinition;
  readonly detector: Detector;
}

interface Judged extends Member {
  readonly judgement: Judgement | undefined;
}

/**
 * All algorithms on one series. What is normal is learned from normal values alone: an outlier counts as the edge of
 * the normal range, nothing is learned from values that a trigger calls bad, nor while an anomaly lasts, so that a leak
 * stays one until it is over. Only a level that is held steadily for six hours becomes the new normal.
 */
export class SeriesDetector {
  readonly #settings: DetectorSettings;
  #members: readonly Member[];
  /** Samples learned from. */
  #learned: number;
  #held: HeldLevel | undefined;

  private constructor(settings: DetectorSettings, members: readonly Member[], learned: number, held?: HeldLevel) {
    this.#settings = settings;
    this.#members = members;
    this.#learned = learned;
    this.#held = held;
  }

  static create(settings: DetectorSettings): SeriesDetector {
    return new SeriesDetector(settings, createMembers(settings), 0);
  }

  /** Goes on from what `save` gave; an algorithm that the saved form does not know starts afresh. Throws on any other form. */
  static restore(settings: DetectorSettings, saved: unknown): SeriesDetector {
    const { learned, held, detectors } = Saved.parse(saved);
    return new SeriesDetector(settings, createMembers(settings, detectors), learned, held);
  }

  copy(): SeriesDetector {
    const members = this.#members.map(({ definition, detector }) => ({ definition, detector: detector.copy() }));
    return new SeriesDetector(this.#settings, members, this.#learned, this.#held);
  }

  save(): SavedSeriesDetector {
    return {
      learned: this.#learned,
      ...(this.#held === undefined ? {} : { held: this.#held }),
      detectors: Object.fromEntries(
        this.#members.map(({ definition, detector }) => [definition.name, detector.save()]),
      ),
    };
  }

  observe(sample: Sample, circumstances: Circumstances): Observation {
    const { rule } = this.#settings;
    const judged: Judged[] = this.#members.map((member) => ({ ...member, judgement: member.detector.judge(sample) }));
    const voices = rule.enabled && this.#learned >= rule.warmupSamples ? judged : [];
    const twoSided = combine(rule, 'both', sample, voices);
    const observation = rule.direction === 'both' ? twoSided : combine(rule, rule.direction, sample, voices);
    const learning = learningFrom(twoSided, observation, voices.some(isOutlier), circumstances);
    for (const { detector, judgement } of judged) detector.learn(sample, learning, judgement);
    if (learning !== 'held') this.#learned += 1;
    return this.#takesAsNormal(twoSided, learning, circumstances) ? { ...observation, accepted: true } : observation;
  }

  /** Starts to learn anew when what deviates has been held steadily for long enough. */
  #takesAsNormal(
    { sample, anomalous, direction, lower = 0, upper = 0 }: Observation,
    learning: Learning,
    { open, calledBad }: Circumstances,
  ): boolean {
    if (calledBad || (!open && learning !== 'held')) this.#held = undefined;
    if (calledBad || !anomalous || learning !== 'held') return false;
    this.#held = followLevel(this.#held, sample, direction, (upper - lower) / 2);
    if (!isNewNormal(this.#held, sample.timeMs)) return false;
    this.#members = createMembers(this.#settings);
    this.#learned = 0;
    this.#held = undefined;
    return true;
  }
}

function createMembers(settings: DetectorSettings, saved: SavedSeriesDetector['detectors'] = {}): readonly Member[] {
  return allDetectors.map((definition) => ({
    definition,
    detector: definition.create(settings, saved[definition.name]),
  }));
}

/** An outlier to either side, whether or not the rule asks about that side, and whether or not it is enough to alarm. */
function isOutlier({ judgement }: Judged): boolean {
  return judgement?.range !== undefined && judgement.anomalous;
}

/** Nothing is learned from a deviation that lasts: an open anomaly, or one to the side that the rule does not ask about. */
function learningFrom(
  twoSided: Observation,
  { anomalous }: Observation,
  outlier: boolean,
  { open, calledBad }: Circumstances,
): Learning {
  if (calledBad || (twoSided.anomalous && (open || !anomalous))) return 'held';
  return anomalous || outlier ? 'clamped' : 'full';
}

function combine(
  rule: DetectionRule,
  wanted: DetectionRule['direction'],
  sample: Sample,
  judged: readonly Judged[],
): Observation {
  const voices = judged.flatMap(({ definition, judgement }) =>
    judgement === undefined ? [] : [{ definition, judgement: oneSided(judgement, wanted) }],
  );
  const { score, components } = composite(
    voices.map(({ definition, judgement }) => ({ component: definition.component, score: judgement.score })),
  );
  const byScore = voices.map(({ judgement }) => judgement).sort((left, right) => right.score - left.score);
  const range = byScore.find((judgement) => judgement.range !== undefined)?.range;
  return {
    sample,
    score,
    severity: severityOf(score),
    anomalous: score > rule.openAbove,
    components,
    algorithms: voices.map(({ definition, judgement }) => ({
      name: definition.name,
      score: judgement.score,
      anomalous: judgement.anomalous,
    })),
    direction: byScore[0]?.direction ?? 'up',
    expected: range?.expected,
    lower: range?.lower,
    upper: range?.upper,
    accepted: false,
  };
}

/** A deviation to a side that the rule does not ask about is none. */
function oneSided(judgement: Judgement, wanted: 'both' | Direction): Judgement {
  if (wanted === 'both' || wanted === judgement.direction) return judgement;
  return { ...judgement, score: 0, anomalous: false };
}
