import type { DetectionRule } from '@cortex/contracts';
import type { Memory } from '../memory.ts';
import type { Component } from '../scoring/composite.ts';
import type { UnitKind } from '../unit.ts';

/** One value of one series. Times of a series only ever grow. */
export interface Sample {
  readonly timeMs: number;
  readonly value: number;
}

export type Direction = 'up' | 'down';

/** What an algorithm would have called normal, if it thinks in values. */
export interface Range {
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
}

/**
 * One algorithm: streaming, constant work per sample, bounded state. It sees the series whose page is open, and keeps nothing
 * outside its memory. Looking and learning are apart, so that the series decides what may become normal. Nothing outside its
 * arguments and its memory may have a say.
 */
export interface Detector {
  /**
   * Looks at the next sample, once per sample. How far it lies from what was expected, in the algorithm's own measure;
   * below zero where it lies too low; NaN while there is nothing to go by.
   */
  observe(sample: Sample): number;
  /** The algorithm's verdict on what it has just observed, as the specification words it. */
  isAnomalous(deviation: number): boolean;
  /** Takes the observed sample for normal. Not called for what must not become so. */
  learn(sample: Sample): void;
  /** Of the sample just observed. */
  range?(): Range;
}

export interface DetectorSettings {
  readonly rule: DetectionRule;
  readonly unit: UnitKind;
}

/** An algorithm: its name, its component of the composite, and how to make one for all series of a rule and unit. */
export interface DetectorDefinition {
  readonly name: string;
  readonly component: Component;
  /** How much of its surprise counts beside the other algorithms of its component, in (0,1]. */
  readonly trust: number;
  /** `rarity`: what matters is how rare such a deviation is for this series. `magnitude`: it is a score in [0,1] already. */
  readonly scale: 'rarity' | 'magnitude';
  /** `minutes`: learns one sample a minute at most, so that its memory spans days. Default: every sample. */
  readonly pace?: 'minutes';
  /** What it has to remember it takes from `memory`, once, here. */
  create(settings: DetectorSettings, memory: Memory): Detector;
}
