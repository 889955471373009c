import { deviationFloor } from '../unit.ts';
import { DelayLine } from './delay-line.ts';
import type { DetectorDefinition } from './detector.ts';
import { RunningMoments } from './running-moments.ts';
import { dayOf, hourOf, isWeekend } from './week.ts';

const slots = 48;
const recentCount = 24;
const historyMemory = 4_000;
const leastHistory = 50;
/** A slot's mean is made of at most this many values: about a week of five-minute samples. */
const slotMemory = 96;
const slotLeast = 8;
const allowed = 3;
/** A single outlier is no unusual day: it counts at most this many usual distances. */
const largestDeviation = 2;

/**
 * The mean distance of the last 24 values from the usual value of their hour, on weekdays or at the weekend, compared
 * with the earlier variation of such means: a day unlike the others although no single value is strange.
 */
export const seasonalShift: DetectorDefinition = {
  name: 'seasonal_shift',
  component: 'pattern',
  trust: 0.4,
  scale: 'rarity',
  create({ unit }, memory) {
    const means = memory.takeFloats(slots);
    const counts = memory.takeBytes(slots);
    /** Distances of the newest values; NaN where their hour has no history. */
    const recent = new DelayLine(memory, recentCount);
    const habit = new RunningMoments(memory, historyMemory);
    const strayed = memory.cell(Number.NaN);
    return {
      observe({ value, timeMs }) {
        const slot = slotOf(timeMs);
        const isKnown = (memory.bytes[counts + slot] ?? 0) >= slotLeast;
        const usual = Math.max(habit.spread, deviationFloor(value, unit));
        const reach = largestDeviation * recentCount * usual;
        const distance = value - (memory.floats[means + slot] ?? 0);
        recent.push(isKnown ? Math.max(-reach, Math.min(reach, distance)) : Number.NaN);
        strayed.value = recent.isFull ? recent.mean : Number.NaN;
        return habit.count < leastHistory ? Number.NaN : strayed.value / usual;
      },
      isAnomalous: (deviation) => Math.abs(deviation) > allowed,
      learn({ value, timeMs }) {
        if (!Number.isNaN(strayed.value)) habit.push(strayed.value);
        const { floats, bytes } = memory;
        const slot = slotOf(timeMs);
        const count = Math.min((bytes[counts + slot] ?? 0) + 1, slotMemory);
        const mean = floats[means + slot] ?? 0;
        bytes[counts + slot] = count;
        floats[means + slot] = mean + (value - mean) / count;
      },
    };
  },
};

function slotOf(timeMs: number): number {
  return hourOf(timeMs) + (isWeekend(dayOf(timeMs)) ? 24 : 0);
}
