import { deviationFloor } from '../text/unit.ts';
import type { Detector, DetectorDefinition, DetectorSettings, SavedDetector } from './detector.ts';
import { pack64, unpack64 } from '../packed.ts';
import { RollingWindow } from './rolling-window.ts';
import { RunningMoments } from './running-moments.ts';

const recentCount = 48;
const historyMemory = 2_000;
const leastHistory = 50;
const leastDeviation = 0.05;
const allowed = 4;
/** Deviations below this share of the least that matters are all the same: flat. More than flat begins at that least. */
const flatShare = 0.01;

/**
 * How much the last 48 values vary, on a logarithmic scale, against what this series is used to: a value that stands still
 * (a stuck exporter, a hung process) or begins to thrash.
 */
export const variability: DetectorDefinition = {
  name: 'variability',
  component: 'pattern',
  trust: 0.7,
  scale: 'rarity',
  create: (settings, saved) => new Variability(settings, saved),
};

class Variability implements Detector {
  readonly #settings: DetectorSettings;
  readonly #recent: RollingWindow;
  readonly #history: RunningMoments;
  #logDeviation = Number.NaN;

  constructor(settings: DetectorSettings, saved: SavedDetector | undefined) {
    this.#settings = settings;
    const numbers = saved === undefined ? [] : [...unpack64(saved)];
    this.#history = new RunningMoments(historyMemory, numbers.slice(0, 3));
    this.#recent =
      saved === undefined
        ? new RollingWindow(recentCount)
        : RollingWindow.restore(recentCount, pack64(numbers.slice(3)));
  }

  observe(value: number): number {
    const recent = this.#recent;
    recent.push(value);
    if (!recent.isFull) return Number.NaN;
    const floor = deviationFloor(recent.mean, this.#settings.unit);
    this.#logDeviation = Math.log(Math.max(recent.deviation, flatShare * floor));
    if (this.#history.count < leastHistory) return Number.NaN;
    const { mean, deviation } = this.#history;
    const change = this.#logDeviation - mean;
    const counted = change < 0 ? change : Math.max(0, this.#logDeviation - Math.max(mean, Math.log(floor)));
    return counted / (deviation + leastDeviation);
  }

  isAnomalous(deviation: number): boolean {
    return Math.abs(deviation) > allowed;
  }

  learn(): void {
    if (this.#recent.isFull) this.#history.push(this.#logDeviation);
  }

  save(): SavedDetector {
    return pack64([...this.#history.numbers(), ...unpack64(this.#recent.save())]);
  }
}
