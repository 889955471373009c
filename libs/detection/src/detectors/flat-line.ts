import type { DetectorDefinition } from './detector.ts';

/** This many equal values in a row, where the series used to move, are no measurement any more. */
const leastRun = 5;
/** The run must be this many times as long as any earlier one. */
const timesLonger = 3;
/** Long runs of the past fade by this much a sample. */
const fading = 0.9995;
/** A series with a higher share of repetitions is not judged by them. */
const largestShare = 0.05;
const shareMemory = 500;
const leastHistory = 60;

/**
 * The number of equal values in a row, compared with the runs of this series before: finds a stuck exporter, or a value
 * that is not updated.
 */
export const flatLine: DetectorDefinition = {
  name: 'flat_line',
  component: 'pattern',
  trust: 0.55,
  scale: 'magnitude',
  create(_settings, memory) {
    const newest = memory.cell(Number.NaN);
    const run = memory.cell();
    /** The longest run of the past, faded. */
    const longest = memory.cell(1);
    const count = memory.cell();
    /** How many of the last hundreds of learned values repeated the one before. */
    const repeated = memory.cell();
    return {
      /** 1 from three times the longest earlier run on, and at least five; grows to it from 0. */
      observe({ value }) {
        if (value === newest.value) run.value += 1;
        else {
          longest.value = Math.max(longest.value, run.value);
          newest.value = value;
          run.value = 1;
        }
        if (count.value < leastHistory || repeated.value > largestShare) return Number.NaN;
        const needed = Math.max(leastRun, timesLonger * longest.value);
        return run.value <= 2 ? 0 : Math.min(1, run.value / needed);
      },
      isAnomalous: (deviation) => deviation >= 1,
      learn() {
        count.value += 1;
        repeated.value += ((run.value > 1 ? 1 : 0) - repeated.value) / Math.min(count.value, shareMemory);
        longest.value = Math.max(1, longest.value * fading);
      },
    };
  },
};
