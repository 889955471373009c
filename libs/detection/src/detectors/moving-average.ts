import { deviationFloor } from '../unit.ts';
import type { DetectorDefinition, Range } from './detector.ts';
import { RollingWindow } from './rolling-window.ts';

/** Spec 1.1: deviations from the mean of the last n values, in their standard deviations, on both sides. */
export const movingAverage: DetectorDefinition = {
  name: 'moving_average',
  component: 'statistical',
  trust: 0.2,
  scale: 'rarity',
  create({ rule, unit }, memory) {
    const { window, sigmas } = rule.movingAverage;
    const recent = new RollingWindow(memory, window);
    const mean = memory.cell();
    const deviation = memory.cell();

    function range(): Range {
      const reach = sigmas * deviation.value;
      return { expected: mean.value, lower: mean.value - reach, upper: mean.value + reach };
    }

    return {
      observe({ value }) {
        if (recent.size < 2) return Number.NaN;
        mean.value = recent.mean;
        deviation.value = Math.max(recent.deviation, deviationFloor(recent.mean, unit));
        return (value - mean.value) / deviation.value;
      },
      isAnomalous: (distance) => Math.abs(distance) > sigmas,
      learn({ value }) {
        const { lower, upper } = range();
        recent.push(recent.size < 2 ? value : Math.min(upper, Math.max(lower, value)));
      },
      range,
    };
  },
};
