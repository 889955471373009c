import { z } from 'zod';
import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, Judgement, Learning, Sample } from './detector.ts';
import { clampToRange, judgeByDeviations } from './range-judgement.ts';
import { RollingWindow } from './rolling-window.ts';

const Saved = z.strictObject({ values: z.string(), next: z.number(), mean: z.number(), squares: z.number() });

/** Spec 1.1: beyond k standard deviations from the mean of the last n values, on both sides. */
export const movingAverage: DetectorDefinition = {
  name: 'moving_average',
  component: 'statistical',
  create: (settings, saved) => {
    const { window } = settings.rule.movingAverage;
    return new MovingAverage(
      settings,
      saved === undefined ? new RollingWindow(window) : RollingWindow.restore(window, Saved.parse(saved)),
    );
  },
};

class MovingAverage implements Detector {
  readonly #settings: DetectorSettings;
  readonly #window: RollingWindow;

  constructor(settings: DetectorSettings, window: RollingWindow) {
    this.#settings = settings;
    this.#window = window;
  }

  judge({ value }: Sample): Judgement | undefined {
    if (this.#window.size < 2) return undefined;
    const { mean, deviation } = this.#window;
    const floor = deviationFloor(mean, this.#settings.unit);
    return judgeByDeviations(value, mean, Math.max(deviation, floor), this.#settings.rule.movingAverage.sigmas);
  }

  learn({ value }: Sample, learning: Learning, judgement: Judgement | undefined): void {
    if (learning !== 'held') this.#window.push(learning === 'clamped' ? clampToRange(value, judgement) : value);
  }

  copy(): Detector {
    return new MovingAverage(this.#settings, this.#window.copy());
  }

  save() {
    return this.#window.save();
  }
}
