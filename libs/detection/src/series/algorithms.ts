import type { DetectionRule } from '@cortex/contracts';
import { allDetectors } from '../detectors/all-detectors.ts';
import type { DetectorSettings } from '../detectors/detector.ts';
import { Memory } from '../memory.ts';
import type { UnitKind } from '../unit.ts';
import { Member } from './member.ts';

/** All algorithms, for any series of one rule and unit: those series share them, and each has a page of their memory. */
export interface Algorithms {
  readonly memory: Memory;
  readonly members: readonly Member[];
}

const made = new WeakMap<DetectionRule, Map<UnitKind, Algorithms>>();

export function algorithmsFor(settings: DetectorSettings): Algorithms {
  const ofRule = made.get(settings.rule) ?? new Map<UnitKind, Algorithms>();
  made.set(settings.rule, ofRule);
  const algorithms = ofRule.get(settings.unit) ?? makeAlgorithms(settings);
  ofRule.set(settings.unit, algorithms);
  return algorithms;
}

function makeAlgorithms(settings: DetectorSettings): Algorithms {
  const memory = new Memory();
  return { memory, members: allDetectors.map((definition) => new Member(definition, settings, memory)) };
}
