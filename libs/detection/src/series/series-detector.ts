import type { AnomalySeverity } from '@cortex/contracts';
import { z } from 'zod';
import { allDetectors } from '../detectors/all-detectors.ts';
import { flatLine } from '../detectors/flat-line.ts';
import type {
  Detector,
  DetectorDefinition,
  DetectorSettings,
  Direction,
  Range,
  Sample,
} from '../detectors/detector.ts';
import type { EntityVoice } from '../entities/voice.ts';
import { composite, severityOf, type ComponentScores } from '../scoring/composite.ts';
import { EmpiricalTail } from '../scoring/empirical-tail.ts';
import { tailScore } from '../scoring/tail-score.ts';
import { followLevel, HeldLevel, isNewNormal } from './held-level.ts';

/** What all algorithms together think of one sample. */
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

/** How an observation came about: what an event tells beside it. */
export interface ObservationDetails {
  readonly components: ComponentScores;
  readonly algorithms: readonly { readonly name: string; readonly score: number; readonly anomalous: boolean }[];
}

/** What the series is going through; it decides what may be learned from a sample. */
export interface Circumstances {
  /** An anomaly of this series is open. */
  readonly open: boolean;
  /** A trigger of the user calls this very value bad. */
  readonly calledBad: boolean;
  /** What all metrics of the instance together say, if they say anything. */
  readonly entity?: EntityVoice | undefined;
}

const learnAllUntil = 400;
const rememberEveryMs = 60_000;

const Saved = z.strictObject({
  learned: z.number(),
  rememberedMs: z.number(),
  held: HeldLevel.optional(),
  detectors: z.record(z.string(), z.string()),
  tails: z.record(z.string(), z.string()),
});
export type SavedSeriesDetector = z.input<typeof Saved>;

interface Member {
  readonly definition: DetectorDefinition;
  readonly detector: Detector;
  /** How rare its deviations are; absent where they are scores already. */
  readonly tail: EmpiricalTail | undefined;
  /** What it said of the newest sample; NaN for nothing. */
  deviation: number;
  score: number;
}

/**
 * All algorithms on one series. Nothing is learned from values that a trigger calls bad, nor from what deviates while an
 * anomaly is open, so that a leak stays one until it is over. Only a level that is held steadily for six hours becomes the
 * new normal. Changes in place: constant work and no garbage worth mentioning per sample.
 */
export class SeriesDetector {
  readonly #settings: DetectorSettings;
  #members: readonly Member[];
  /** Samples learned from. */
  #learned: number;
  #isWarm = false;
  /** When what is usual was last added to. */
  #rememberedMs = 0;
  #held: HeldLevel | undefined;
  #entity: EntityVoice | undefined;

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
    const { learned, rememberedMs, held, ...members } = Saved.parse(saved);
    const restored = new SeriesDetector(settings, createMembers(settings, members), learned, held);
    restored.#rememberedMs = rememberedMs;
    return restored;
  }

  save(): SavedSeriesDetector {
    const tails = this.#members.flatMap(({ definition, tail }) => (tail ? [[definition.name, tail.save()]] : []));
    return {
      learned: this.#learned,
      rememberedMs: this.#rememberedMs,
      ...(this.#held === undefined ? {} : { held: this.#held }),
      detectors: Object.fromEntries(
        this.#members.map(({ definition, detector }) => [definition.name, detector.save()]),
      ),
      tails: Object.fromEntries(tails),
    };
  }

  observe(sample: Sample, circumstances: Circumstances): Observation {
    const { rule } = this.#settings;
    if (!rule.enabled) return quiet(sample);
    for (const member of this.#members) observeBy(member, sample);
    if (isStuck(this.#members)) silenceStatistics(this.#members);
    const isWarm = this.#learned >= rule.warmupSamples;
    this.#isWarm = isWarm;
    const { entity } = circumstances;
    this.#entity = entity;
    const voices = entity === undefined ? this.#members : [...this.#members, entity];
    const twoSided = isWarm ? composite(voices, 'both') : 0;
    const score = isWarm && rule.direction !== 'both' ? composite(voices, rule.direction) : twoSided;
    const anomalous = score > rule.openAbove;
    // Nothing is learned from a deviation that lasts: an open anomaly, or one to the side that nobody asks about.
    const deviates = twoSided > rule.openAbove;
    const learns = !circumstances.calledBad && !(deviates && (circumstances.open || !anomalous));
    const direction = directionOf(this.#members);
    const accepted = this.#takesAsNormal(sample, direction, anomalous && !learns, learns, circumstances);
    if (learns) this.#learn(sample);
    return { sample, score, anomalous, direction, accepted, severity: severityOf(score) };
  }

  /** Of the newest sample. */
  details(): ObservationDetails {
    const voices = this.#isWarm ? this.#members.filter(({ deviation }) => !Number.isNaN(deviation)) : [];
    const components: Partial<Record<keyof ComponentScores, number>> = {};
    for (const { definition, score } of voices) {
      components[definition.component] = Math.max(components[definition.component] ?? 0, score);
    }
    const algorithms = voices.map(({ definition, detector, deviation, score }) => ({
      name: definition.name,
      score,
      anomalous: detector.isAnomalous(deviation),
    }));
    if (!this.#isWarm || this.#entity === undefined) return { components, algorithms };
    const { score, algorithms: ofEntity } = this.#entity;
    return { components: { ...components, ml: score }, algorithms: [...algorithms, ...ofEntity] };
  }

  /** What the most alarmed algorithm that thinks in values would have called normal at the newest sample. */
  get range(): Range | undefined {
    if (!this.#isWarm) return undefined;
    let best: Member | undefined;
    for (const member of this.#members) {
      if (member.detector.range === undefined || Number.isNaN(member.deviation)) continue;
      if (best === undefined || member.score > best.score) best = member;
    }
    return best?.detector.range?.();
  }

  #learn({ value, timeMs }: Sample): void {
    this.#learned += 1;
    // Some remember for days, however often samples come: of more than one a minute they take one.
    const isDue = this.#learned < learnAllUntil || timeMs - this.#rememberedMs >= rememberEveryMs;
    if (isDue) this.#rememberedMs = timeMs;
    for (const { definition, detector, tail, deviation } of this.#members) {
      if (!isDue && definition.pace === 'minutes') continue;
      if (tail !== undefined && !Number.isNaN(deviation)) tail.learn();
      detector.learn(value, timeMs);
    }
  }

  /** Starts to learn anew when what deviates has been held steadily for long enough. */
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
    this.#members = createMembers(this.#settings);
    this.#learned = 0;
    this.#held = undefined;
    return true;
  }
}

function createMembers(
  settings: DetectorSettings,
  saved?: Pick<SavedSeriesDetector, 'detectors' | 'tails'>,
): readonly Member[] {
  return allDetectors.map((definition) => ({
    definition,
    detector: definition.create(settings, saved?.detectors[definition.name]),
    tail: definition.scale === 'rarity' ? new EmpiricalTail(saved?.tails[definition.name]) : undefined,
    deviation: Number.NaN,
    score: 0,
  }));
}

function observeBy(member: Member, { value, timeMs }: Sample): void {
  const { definition, detector, tail } = member;
  const deviation = detector.observe(value, timeMs);
  member.deviation = deviation;
  if (Number.isNaN(deviation)) member.score = 0;
  else if (tail === undefined) member.score = definition.trust * Math.abs(deviation);
  else member.score = tailScore(definition.trust * tail.surprise(Math.abs(deviation)));
}

/** A value that is repeated is no measurement: the statistics have no data then, whatever it lies near to. */
function isStuck(members: readonly Member[]): boolean {
  return members.some(({ definition, deviation }) => definition === flatLine && deviation >= 1);
}

function silenceStatistics(members: readonly Member[]): void {
  for (const member of members) {
    if (member.definition.component !== 'statistical') continue;
    member.deviation = Number.NaN;
    member.score = 0;
  }
}

function directionOf(members: readonly Member[]): Direction {
  let best = 0;
  let deviation = 0;
  for (const member of members) {
    if (member.score > best) {
      best = member.score;
      deviation = member.deviation;
    }
  }
  return deviation >= 0 ? 'up' : 'down';
}

function quiet(sample: Sample): Observation {
  return { sample, score: 0, anomalous: false, direction: 'up', accepted: false, severity: undefined };
}
