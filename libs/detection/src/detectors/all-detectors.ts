import type { DetectorDefinition } from './detector.ts';
import { ewma } from './ewma.ts';
import { flatLine } from './flat-line.ts';
import { iqr } from './iqr.ts';
import { levelShift } from './level-shift.ts';
import { longAverage } from './long-average.ts';
import { movingAverage } from './moving-average.ts';
import { newExtreme } from './new-extreme.ts';
import { rarity } from './rarity.ts';
import { rateOfChange } from './rate-of-change.ts';
import { seasonalShift } from './seasonal-shift.ts';
import { seasonality } from './seasonality.ts';
import { variability } from './variability.ts';

/** The registry: a new algorithm is one file and one line here. */
export const allDetectors: readonly DetectorDefinition[] = [
  movingAverage,
  longAverage,
  ewma,
  iqr,
  rarity,
  seasonality,
  seasonalShift,
  rateOfChange,
  newExtreme,
  levelShift,
  variability,
  flatLine,
];
