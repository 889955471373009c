import type { DetectionRule } from '@cortex/contracts';
import type { Memory } from '../memory.ts';
import type { Component } from '../scoring/composite.ts';
import type { UnitKind } from '../unit.ts';

/** One value of one series. The times of a series only grow. */
export interface Sample {
  readonly timeMs: number;
  readonly value: number;
}

export type Direction = 'up' | 'down';

/** The range that an algorithm considers normal, if it is about values. */
export interface Range {
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * One algorithm: streaming, constant work per sample, bounded state. It works on the series whose page is open, and
 * keeps nothing outside its memory. Observing and learning are separate, so that the series decides which samples
 * become normal. The result depends on nothing but its arguments and its memory.
 */
export interface Detector {
  /**
   * Observes the next sample, once per sample. How far it is from the expected value, in the algorithm's own measure;
   * negative where it is too low; NaN while there is too little history.
   */
  observe(sample: Sample): number;
  /** The algorithm's verdict on the observed sample, by the specification's definition. */
  isAnomalous(deviation: number): boolean;
  /** Learns the observed sample as normal. Not called for samples that must not become normal. */
  learn(sample: Sample): void;
  /** For the sample just observed. */
  range?(): Range;
}

export interface DetectorSettings {
  readonly rule: DetectionRule;
  readonly unit: UnitKind;
}

/** An algorithm: its name, its component of the composite, and how to create one for all series of a rule and unit. */
export interface DetectorDefinition {
  readonly name: string;
  readonly component: Component;
  /** The weight of its surprise among the other algorithms of its component, in (0,1]. */
  readonly trust: number;
  /**
   * `rarity`: the score is how rare such a deviation is for this series. `magnitude`: the deviation is a score in [0,1]
   * already.
   */
  readonly scale: 'rarity' | 'magnitude';
  /** `minutes`: learns one sample a minute at most, so that its memory spans days. Default: every sample. */
  readonly pace?: 'minutes';
  /** Allocates its whole state from `memory`, once, here. */
  create(settings: DetectorSettings, memory: Memory): Detector;
}
