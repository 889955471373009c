import type { DetectorDefinition } from './detector.ts';
import { ewma } from './ewma.ts';
import { movingAverage } from './moving-average.ts';
import { rateOfChange } from './rate-of-change.ts';

/** The registry: a new algorithm is one file and one line here. */
export const allDetectors: readonly DetectorDefinition[] = [movingAverage, ewma, rateOfChange];
