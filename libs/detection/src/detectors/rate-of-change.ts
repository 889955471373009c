import { deviationFloor } from '../unit.ts';
import type { DetectorDefinition } from './detector.ts';
import { RunningMoments } from './running-moments.ts';

const slicesPerSpan = 6;
const sliceCount = slicesPerSpan + 1;
/** Percentages of nearly nothing mean nothing: the earlier value counts as at least this many smallest deviations. */
const leastLevelInFloors = 10;
const fields = 5;
const habitMemory = 4_000;
const leastHabit = 10;

/**
 * Spec 1.3: the largest change, in percent of the earlier value, against any value within the span and the one before;
 * or the change that lasts from end to end of the span. The verdict is the specification's; the score compares the
 * change with the usual changes of this series.
 */
export const rateOfChange: DetectorDefinition = {
  name: 'rate_of_change',
  component: 'pattern',
  trust: 0.4,
  scale: 'rarity',
  create({ rule, unit }, memory) {
    const { withinMs, maxPercent, direction, sustained } = rule.rateOfChange;
    const sliceMs = withinMs / slicesPerSpan;
    /** A ring of parts of the span: their number in time, lowest value and its time, highest value and its time. */
    const slices = memory.takeNumbers(sliceCount * fields);
    memory.numbers.fill(Number.NEGATIVE_INFINITY, slices, slices + sliceCount * fields);
    /** The newest learned value: compared whatever its age, because samples may be further apart than the span. */
    const previous = memory.cell(Number.NaN);
    const previousMs = memory.cell();
    /** The usual changes of this series. */
    const habit = new RunningMoments(memory, habitMemory);
    const change = memory.cell(Number.NaN);
    const isTooFast = memory.cell();
    /** The change, in percent, that has lasted from the first part of the span to the last; 0 for none. */
    function lastingPercent(value: number, timeMs: number): number {
      const { numbers } = memory;
      const number = Math.floor(timeMs / sliceMs);
      const first = slices + ((number - slicesPerSpan) % sliceCount) * fields;
      const last = slices + (number % sliceCount) * fields;
      if (numbers[first] !== number - slicesPerSpan) return 0;
      const [low = 0, high = 0] = [numbers[first + 1], numbers[first + 3]];
      const hasLast = numbers[last] === number;
      const rise = Math.min(value, hasLast ? (numbers[last + 1] ?? value) : value) - high;
      const fall = Math.max(value, hasLast ? (numbers[last + 3] ?? value) : value) - low;
      if (rise > 0) return percentOf(rise, high);
      return fall < 0 ? percentOf(fall, low) : 0;
    }

    function percentOf(amount: number, earlier: number): number {
      return (100 * amount) / Math.max(Math.abs(earlier), leastLevelInFloors * deviationFloor(earlier, unit));
    }

    return {
      observe({ value, timeMs }) {
        if (Number.isNaN(previous.value)) return Number.NaN;
        const { numbers } = memory;
        const since = timeMs - withinMs;
        let low = previous.value;
        let high = previous.value;
        for (let slice = 0; slice < sliceCount; slice += 1) {
          const at = slices + slice * fields;
          if ((numbers[at + 2] ?? 0) >= since) low = Math.min(low, numbers[at + 1] ?? 0);
          if ((numbers[at + 4] ?? 0) >= since) high = Math.max(high, numbers[at + 3] ?? 0);
        }
        change.value = value - low >= high - value ? value - low : value - high;
        const earlier = change.value > 0 ? low : high;
        const percent = sustained ? lastingPercent(value, timeMs) : percentOf(change.value, earlier);
        // Spec 1.3 limits the change per time: over a longer time than the span, more of it is acceptable.
        const percentPerSpan = (percent * withinMs) / Math.max(withinMs, timeMs - previousMs.value);
        const counted =
          direction === 'both' ? Math.abs(percentPerSpan) : percentPerSpan * (direction === 'up' ? 1 : -1);
        isTooFast.value = counted > maxPercent ? 1 : 0;
        if (habit.count < leastHabit) return Number.NaN;
        return change.value / Math.max(habit.spread, deviationFloor(earlier, unit));
      },
      isAnomalous: () => isTooFast.value === 1,
      learn({ value, timeMs }) {
        if (!Number.isNaN(change.value)) habit.push(change.value);
        previous.value = value;
        previousMs.value = timeMs;
        const { numbers } = memory;
        const number = Math.floor(timeMs / sliceMs);
        const at = slices + (number % sliceCount) * fields;
        if (numbers[at] !== number) {
          numbers[at] = number;
          numbers[at + 1] = value;
          numbers[at + 3] = value;
        }
        // Of two equal values the later one, because it stays within the span for longer.
        if (value <= (numbers[at + 1] ?? 0)) {
          numbers[at + 1] = value;
          numbers[at + 2] = timeMs;
        }
        if (value >= (numbers[at + 3] ?? 0)) {
          numbers[at + 3] = value;
          numbers[at + 4] = timeMs;
        }
      },
    };
  },
};
