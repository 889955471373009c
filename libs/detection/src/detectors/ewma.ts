import { z } from 'zod';
import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, Judgement, Learning, Sample } from './detector.ts';
import { clampToRange, judgeByDeviations } from './range-judgement.ts';

const State = z.strictObject({
  count: z.number(),
  average: z.number(),
  /** Mean square of the past deviations from the average. */
  variance: z.number(),
});
type State = z.infer<typeof State>;

/** Deviations are remembered over about this many samples: far longer than the average itself, or they would chase it. */
const deviationMemory = 100;

/** Spec 1.1: the distance from the exponentially weighted average, measured in its own historical deviations. */
export const ewma: DetectorDefinition = {
  name: 'ewma',
  component: 'statistical',
  create: (settings, saved) =>
    new Ewma(settings, saved === undefined ? { count: 0, average: 0, variance: 0 } : State.parse(saved)),
};

class Ewma implements Detector {
  readonly #settings: DetectorSettings;
  #state: State;

  constructor(settings: DetectorSettings, state: State) {
    this.#settings = settings;
    this.#state = state;
  }

  judge({ value }: Sample): Judgement | undefined {
    const { count, average, variance } = this.#state;
    if (count < 3) return undefined;
    const floor = deviationFloor(average, this.#settings.unit);
    return judgeByDeviations(value, average, Math.max(Math.sqrt(variance), floor), this.#settings.rule.ewma.deviations);
  }

  learn({ value }: Sample, learning: Learning, judgement: Judgement | undefined): void {
    if (learning === 'held') return;
    const { count, average, variance } = this.#state;
    const learned = learning === 'clamped' ? clampToRange(value, judgement) : value;
    if (count === 0) {
      this.#state = { count: 1, average: learned, variance: 0 };
      return;
    }
    const deviation = learned - average;
    const memory = Math.min(count, deviationMemory);
    this.#state = {
      count: count + 1,
      average: average + this.#settings.rule.ewma.alpha * deviation,
      variance: variance + (deviation * deviation - variance) / memory,
    };
  }

  copy(): Detector {
    return new Ewma(this.#settings, this.#state);
  }

  save() {
    return this.#state;
  }
}
