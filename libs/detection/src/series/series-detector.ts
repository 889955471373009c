import type { AnomalySeverity } from '@cortex/contracts';
import { z } from 'zod';
import { flatLine } from '../detectors/flat-line.ts';
import type { DetectorSettings, Direction, Range, Sample } from '../detectors/detector.ts';
import type { MemoryBlock } from '../memory.ts';
import { composite, severityOf, type ComponentScores } from '../scoring/composite.ts';
import { algorithmsFor, type Algorithms } from './algorithms.ts';
import type { EntityVoice } from './entity-voice.ts';
import { followLevel, HeldLevel, isNewNormal } from './held-level.ts';
import type { Member } from './member.ts';

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

/** Memory is saved as it lies: in the byte order of the machine. */
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
 * All algorithms on one series. Nothing is learned from values that a trigger calls bad, nor from what deviates while an
 * anomaly is open, so that a leak stays one until it is over. Only a level that is held steadily for six hours becomes the
 * new normal. Changes in place: constant work and no garbage worth mentioning per sample.
 */
export class SeriesDetector {
  readonly #settings: DetectorSettings;
  readonly #algorithms: Algorithms;
  readonly #page: MemoryBlock;
  /** Samples learned from. */
  #learned = 0;
  #isWarm = false;
  /** When what is usual was last added to. */
  #rememberedMs = 0;
  #held: HeldLevel | undefined;
  #entity: EntityVoice | undefined;

  private constructor(settings: DetectorSettings) {
    this.#settings = settings;
    this.#algorithms = algorithmsFor(settings);
    this.#page = this.#algorithms.memory.newPage();
  }

  static create(settings: DetectorSettings): SeriesDetector {
    return new SeriesDetector(settings);
  }

  /** Goes on from what `save` gave; an algorithm that the saved form does not know starts afresh. Throws on any other form. */
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
    if (isStuck(members)) silenceStatistics(members);
    const isWarm = this.#learned >= rule.warmupSamples;
    this.#isWarm = isWarm;
    const { entity } = circumstances;
    this.#entity = entity;
    const voices = entity === undefined ? members : [...members, entity];
    const twoSided = isWarm ? composite(voices, 'both') : 0;
    const score = isWarm && rule.direction !== 'both' ? composite(voices, rule.direction) : twoSided;
    const anomalous = score > rule.openAbove;
    // Nothing is learned from a deviation that lasts: an open anomaly, or one to the side that nobody asks about.
    const deviates = twoSided > rule.openAbove;
    const learns = !circumstances.calledBad && !(deviates && (circumstances.open || !anomalous));
    const direction = directionOf(members);
    const accepted = this.#takesAsNormal(sample, direction, anomalous && !learns, learns, circumstances);
    if (learns) this.#learn(sample);
    return { sample, score, anomalous, direction, accepted, severity: severityOf(score) };
  }

  /** Of the newest sample. */
  details(): ObservationDetails {
    const voices = this.#isWarm ? this.#open().filter(({ deviation }) => !Number.isNaN(deviation)) : [];
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
    for (const member of this.#open()) {
      if (member.detector.range === undefined || Number.isNaN(member.deviation)) continue;
      if (best === undefined || member.score > best.score) best = member;
    }
    return best?.detector.range?.();
  }

  /** The algorithms, with this series before them. */
  #open(): readonly Member[] {
    this.#algorithms.memory.open(this.#page);
    return this.#algorithms.members;
  }

  #learn(sample: Sample): void {
    this.#learned += 1;
    // Some remember for days, however often samples come: of more than one a minute they take one.
    const isDue = this.#learned < learnAllUntil || sample.timeMs - this.#rememberedMs >= rememberEveryMs;
    if (isDue) this.#rememberedMs = sample.timeMs;
    for (const member of this.#algorithms.members) {
      if (isDue || member.definition.pace !== 'minutes') member.learn(sample);
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
    this.#algorithms.memory.clear(this.#page);
    this.#learned = 0;
    this.#held = undefined;
    return true;
  }
}

/** A value that is repeated is no measurement: the statistics have no data then, whatever it lies near to. */
function isStuck(members: readonly Member[]): boolean {
  return members.some(({ definition, deviation }) => definition === flatLine && deviation >= 1);
}

function silenceStatistics(members: readonly Member[]): void {
  for (const member of members) {
    if (member.definition.component === 'statistical') member.silence();
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
