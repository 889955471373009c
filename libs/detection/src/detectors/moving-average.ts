import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, Range } from './detector.ts';
import { RollingWindow } from './rolling-window.ts';

/** Spec 1.1: deviations from the mean of the last n values, in their standard deviations, on both sides. */
export const movingAverage: DetectorDefinition = {
  name: 'moving_average',
  component: 'statistical',
  trust: 0.2,
  scale: 'rarity',
  create(settings, saved) {
    const { window } = settings.rule.movingAverage;
    return new MovingAverage(
      settings,
      saved === undefined ? new RollingWindow(window) : RollingWindow.restore(window, saved),
    );
  },
};

class MovingAverage implements Detector {
  readonly #settings: DetectorSettings;
  readonly #sigmas: number;
  readonly #window: RollingWindow;
  #mean = 0;
  #deviation = 0;

  constructor(settings: DetectorSettings, window: RollingWindow) {
    this.#settings = settings;
    this.#sigmas = settings.rule.movingAverage.sigmas;
    this.#window = window;
  }

  observe(value: number): number {
    if (this.#window.size < 2) return Number.NaN;
    const { mean } = this.#window;
    this.#mean = mean;
    this.#deviation = Math.max(this.#window.deviation, deviationFloor(mean, this.#settings.unit));
    return (value - mean) / this.#deviation;
  }

  isAnomalous(deviation: number): boolean {
    return Math.abs(deviation) > this.#sigmas;
  }

  learn(value: number): void {
    if (this.#window.size < 2) {
      this.#window.push(value);
      return;
    }
    const { lower, upper } = this.range();
    this.#window.push(Math.min(upper, Math.max(lower, value)));
  }

  range(): Range {
    const reach = this.#sigmas * this.#deviation;
    return { expected: this.#mean, lower: this.#mean - reach, upper: this.#mean + reach };
  }

  save(): string {
    return this.#window.save();
  }
}
