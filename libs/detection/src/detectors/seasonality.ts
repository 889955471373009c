import { deviationFloor } from '../unit.ts';
import type { DetectorDefinition } from './detector.ts';
import { RunningMoments } from './running-moments.ts';
import { SlotSketches } from './slot-sketches.ts';
import { dayOf, hourOf, isWeekend } from './week.ts';

const slots = 7 * 24;
/** An hour with fewer values has no band. */
const leastWeight = 8;
const habitMemory = 4_000;
const leastHabit = 50;

/**
 * Spec 1.3: outside the 5th to 95th percentile of the same hour of the same weekday; without such history, of the same
 * hour of weekdays or weekends, then of any day. The distance from the median is measured in the deviations of all
 * hours together, because a single hour has too few values. Hours are UTC.
 */
export const seasonality: DetectorDefinition = {
  name: 'seasonality',
  component: 'pattern',
  trust: 0.3,
  scale: 'rarity',
  create({ unit }, memory) {
    const sketches = new SlotSketches(memory, slots);
    /** The hour of the present band. Values within the hour do not change its band. */
    const bandHour = memory.cell(-1);
    const lower = memory.cell(Number.NaN);
    const median = memory.cell(Number.NaN);
    const upper = memory.cell(Number.NaN);
    /** Distances from the median of the hour. */
    const habit = new RunningMoments(memory, habitMemory);
    const distance = memory.cell(Number.NaN);
    const isOutside = memory.cell();

    function turnTo(hour: number, timeMs: number): void {
      bandHour.value = hour;
      const known = slotsLike(timeMs).find(
        (candidates) => candidates.reduce((sum, slot) => sum + sketches.weight(slot), 0) >= leastWeight,
      );
      const [low = Number.NaN, middle = Number.NaN, high = Number.NaN] =
        known === undefined ? [] : sketches.quantiles(known, [0.05, 0.5, 0.95]);
      lower.value = low;
      median.value = middle;
      upper.value = high;
    }

    return {
      observe({ value, timeMs }) {
        const hour = Math.floor(timeMs / 3_600_000);
        if (hour !== bandHour.value) turnTo(hour, timeMs);
        distance.value = value - median.value;
        if (habit.count < leastHabit) return Number.NaN;
        isOutside.value = value < lower.value || value > upper.value ? 1 : 0;
        return distance.value / Math.max(habit.spread, deviationFloor(median.value, unit));
      },
      isAnomalous: () => isOutside.value === 1,
      learn({ value, timeMs }) {
        if (!Number.isNaN(distance.value)) habit.push(distance.value);
        sketches.push(dayOf(timeMs) * 24 + hourOf(timeMs), value);
      },
      range: () => ({ expected: median.value, lower: lower.value, upper: upper.value }),
    };
  },
};

/** Sets of slots for the hour of a time, the most similar one first. */
function slotsLike(timeMs: number): readonly (readonly number[])[] {
  const [day, hour] = [dayOf(timeMs), hourOf(timeMs)];
  const alike = weekdays.filter((other) => isWeekend(other) === isWeekend(day));
  return [[day], alike, weekdays].map((days) => days.map((one) => one * 24 + hour));
}

const weekdays = [0, 1, 2, 3, 4, 5, 6];
