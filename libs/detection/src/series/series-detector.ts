import type { AnomalySeverity } from '@cortex/contracts';
import { z } from 'zod';
import { flatLine } from '../detectors/flat-line.ts';
import { movingAverage } from '../detectors/moving-average.ts';
import type { DetectorSettings, Direction, Range, Sample } from '../detectors/detector.ts';
import { seasonality } from '../detectors/seasonality.ts';
import type { Normal } from '../harm/limit.ts';
import type { MemoryBlock } from '../memory.ts';
import { composite, severityOf, type ComponentScores } from '../scoring/composite.ts';
import { algorithmsFor, type Algorithms } from './algorithms.ts';
import type { EntityScore } from './entity-score.ts';
import { followLevel, HeldLevel, isNewNormal } from './held-level.ts';
import type { Member } from './member.ts';

/** The common result of all algorithms for one sample. */
export interface Observation {
  readonly sample: Sample;
  readonly score: number;
  /** The score is above the rule's `openAbove`. */
  readonly anomalous: boolean;
  readonly direction: Direction;
  /** This sample ended a long steady deviation: its level is the new normal. */
  readonly accepted: boolean;
  /** Undefined below `info`. */
  readonly severity: AnomalySeverity | undefined;
}

/** Details of an observation, for the event. */
export interface ObservationDetails {
  readonly components: ComponentScores;
  readonly algorithms: readonly { readonly name: string; readonly score: number; readonly anomalous: boolean }[];
}

/** The situation of the series, which decides what may be learned from a sample. */
export interface Circumstances {
  /** An anomaly of this series is open. */
  readonly open: boolean;
  /** A trigger of the user declares this value bad. */
  readonly calledBad: boolean;
  /** It is harm, so that it is not learned, however usual. */
  readonly isHarm: boolean;
  /** The joint score of all metrics of the instance, if there is one. */
  readonly entity?: EntityScore | undefined;
}

const learnAllUntil = 400;
const rememberEveryMs = 60_000;

/** Memory is saved unchanged, in the byte order of the machine. */
const byteOrder = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 'little' : 'big';

const Saved = z.strictObject({
  byteOrder: z.literal(byteOrder),
  learned: z.number(),
  rememberedMs: z.number(),
  held: HeldLevel.optional(),
  algorithms: z.record(z.string(), z.string()),
});
export type SavedSeriesDetector = z.input<typeof Saved>;

/**
 * All algorithms on one series. Values that a trigger declares bad are not learned, nor deviations while an anomaly is
 * open, so that a leak stays one until it is over. Only a level that is held steadily for six hours becomes the new
 * normal. Changed in place: constant work and hardly any garbage per sample.
 */
export class SeriesDetector {
  readonly #settings: DetectorSettings;
  readonly #algorithms: Algorithms;
  readonly #page: MemoryBlock;
  /** Number of samples learned. */
  #learned = 0;
  #isWarm = false;
  /** When the slow algorithms last learned a sample. */
  #rememberedMs = 0;
  #held: HeldLevel | undefined;
  #entity: EntityScore | undefined;

  private constructor(settings: DetectorSettings) {
    this.#settings = settings;
    this.#algorithms = algorithmsFor(settings);
    this.#page = this.#algorithms.memory.newPage();
  }

  static create(settings: DetectorSettings): SeriesDetector {
    return new SeriesDetector(settings);
  }

  /** Continues from the result of `save`; an algorithm that it lacks starts afresh. Throws on any other form. */
  static restore(settings: DetectorSettings, value: unknown): SeriesDetector {
    const saved = Saved.parse(value);
    const restored = new SeriesDetector(settings);
    restored.#learned = saved.learned;
    restored.#rememberedMs = saved.rememberedMs;
    restored.#held = saved.held;
    for (const member of restored.#algorithms.members) {
      const known = saved.algorithms[member.definition.name];
      if (known !== undefined) member.restore(restored.#page, known);
    }
    return restored;
  }

  save(): SavedSeriesDetector {
    return {
      byteOrder,
      learned: this.#learned,
      rememberedMs: this.#rememberedMs,
      ...(this.#held === undefined ? {} : { held: this.#held }),
      algorithms: Object.fromEntries(
        this.#algorithms.members.map((member) => [member.definition.name, member.save(this.#page)]),
      ),
    };
  }

  observe(sample: Sample, circumstances: Circumstances): Observation {
    const { rule } = this.#settings;
    if (!rule.enabled) return quiet(sample);
    const members = this.#open();
    for (const member of members) member.observe(sample);
    if (isStuck(members)) withdrawStatistics(members);
    const isWarm = this.#learned >= rule.warmupSamples;
    this.#isWarm = isWarm;
    const { entity } = circumstances;
    this.#entity = entity;
    const scores = entity === undefined ? members : [...members, entity];
    const twoSided = isWarm ? composite(scores, 'both') : 0;
    const score = isWarm && rule.direction !== 'both' ? composite(scores, rule.direction) : twoSided;
    const anomalous = score > rule.openAbove;
    // A lasting deviation is not learned: one of an open anomaly, or one in an unwanted direction.
    const deviates = twoSided > rule.openAbove;
    const { calledBad, isHarm } = circumstances;
    const learns = !calledBad && !isHarm && !(deviates && (circumstances.open || !anomalous));
    const direction = directionOf(members);
    const accepted = this.#takesAsNormal(sample, direction, (anomalous || isHarm) && !learns, learns, circumstances);
    if (learns) this.#learn(sample);
    return { sample, score, anomalous, direction, accepted, severity: severityOf(score) };
  }

  /** Of the newest sample. */
  details(): ObservationDetails {
    const scores = this.#isWarm ? this.#open().filter(({ deviation }) => !Number.isNaN(deviation)) : [];
    const components: Partial<Record<keyof ComponentScores, number>> = {};
    for (const { definition, score } of scores) {
      components[definition.component] = Math.max(components[definition.component] ?? 0, score);
    }
    const algorithms = scores.map(({ definition, detector, deviation, score }) => ({
      name: definition.name,
      score,
      anomalous: detector.isAnomalous(deviation),
    }));
    if (!this.#isWarm || this.#entity === undefined) return { components, algorithms };
    const { score, algorithms: ofEntity } = this.#entity;
    return { components: { ...components, ml: score }, algorithms: [...algorithms, ...ofEntity] };
  }

  /** The normal range at the newest sample, by the algorithm with the highest score that has one. */
  get range(): Range | undefined {
    if (!this.#isWarm) return undefined;
    let best: Member | undefined;
    for (const member of this.#open()) {
      if (member.detector.range === undefined || Number.isNaN(member.deviation)) continue;
      if (best === undefined || member.score > best.score) best = member;
    }
    return best?.detector.range?.();
  }

  /**
   * What is normal at the newest sample: the average of the samples before, and what is usual at this hour. Undefined while
   * neither is known. Averages over days say nothing of an hour.
   */
  normal(): Normal | undefined {
    if (!this.#isWarm) return undefined;
    let normal: Normal | undefined;
    for (const { definition, detector, deviation } of this.#open()) {
      if ((definition !== movingAverage && definition !== seasonality) || Number.isNaN(deviation)) continue;
      const expected = detector.range?.().expected ?? Number.NaN;
      if (Number.isNaN(expected)) continue;
      normal = {
        least: Math.min(expected, normal?.least ?? expected),
        greatest: Math.max(expected, normal?.greatest ?? expected),
        isSeasonal: definition === seasonality || normal?.isSeasonal === true,
      };
    }
    return normal;
  }

  /** The algorithms, with the page of this series open. */
  #open(): readonly Member[] {
    this.#algorithms.memory.open(this.#page);
    return this.#algorithms.members;
  }

  #learn(sample: Sample): void {
    this.#learned += 1;
    // Some algorithms remember days, however often samples come: they learn at most one sample a minute.
    const isDue = this.#learned < learnAllUntil || sample.timeMs - this.#rememberedMs >= rememberEveryMs;
    if (isDue) this.#rememberedMs = sample.timeMs;
    for (const member of this.#algorithms.members) {
      if (isDue || member.definition.pace !== 'minutes') member.learn(sample);
    }
  }

  /** Starts to learn anew when a deviation has been held steadily for long enough. */
  #takesAsNormal(
    sample: Sample,
    direction: Direction,
    isHeld: boolean,
    learns: boolean,
    { open, calledBad }: Circumstances,
  ): boolean {
    if (calledBad || (!open && learns)) this.#held = undefined;
    if (calledBad || !isHeld) return false;
    const { lower = 0, upper = 0 } = this.range ?? {};
    this.#held = followLevel(this.#held, sample, direction, (upper - lower) / 2);
    if (!isNewNormal(this.#held, sample.timeMs)) return false;
    this.#algorithms.memory.clear(this.#page);
    this.#learned = 0;
    this.#held = undefined;
    return true;
  }
}

/** A repeated value is no measurement: the statistics have no data then, however normal it looks. */
function isStuck(members: readonly Member[]): boolean {
  return members.some(({ definition, deviation }) => definition === flatLine && deviation >= 1);
}

function withdrawStatistics(members: readonly Member[]): void {
  for (const member of members) {
    if (member.definition.component === 'statistical') member.withdraw();
  }
}

function directionOf(members: readonly Member[]): Direction {
  let best = 0;
  let deviation = 0;
  for (const member of members) {
    const { score } = member;
    if (score > best) {
      best = score;
      deviation = member.deviation;
    }
  }
  return deviation >= 0 ? 'up' : 'down';
}

function quiet(sample: Sample): Observation {
  return { sample, score: 0, anomalous: false, direction: 'up', accepted: false, severity: undefined };
}
