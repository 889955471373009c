import type { DetectionRule } from '@cortex/contracts';
import type { z } from 'zod';
import type { Component } from '../scoring/composite.ts';
import type { UnitKind } from '../text/unit.ts';

/** One value of one series. Times of a series only ever grow. */
export interface Sample {
  readonly timeMs: number;
  readonly value: number;
}

export type Direction = 'up' | 'down';

/** What one algorithm thinks of one sample. */
export interface Judgement {
  /** Calibrated: near 0 for a normal value, 0.5 at the algorithm's threshold, towards 1 far beyond. */
  readonly score: number;
  /** The algorithm's verdict as the specification words it. */
  readonly anomalous: boolean;
  readonly direction: Direction;
  /** What it would have called normal, if it thinks in values. */
  readonly range?: { readonly expected: number; readonly lower: number; readonly upper: number };
}

/** `full`: a normal value. `clamped`: an outlier that may count only up to the normal range. `held`: not to be learned from. */
export type Learning = 'full' | 'clamped' | 'held';

/**
 * One algorithm on one series: streaming, constant work per sample, bounded state. Judging and learning are apart, so
 * that the series decides what may become normal. Nothing outside its arguments and its state may have a say.
 */
export interface Detector {
  /** Undefined while it has nothing to go by. */
  judge(sample: Sample): Judgement | undefined;
  /** Takes in a sample after it was judged; `judgement` is what this detector said of it. */
  learn(sample: Sample, learning: Learning, judgement: Judgement | undefined): void;
  copy(): Detector;
  /** Everything that a detector restored from it needs in order to behave identically. */
  save(): SavedDetector;
}

export type SavedDetector = Record<string, z.core.util.JSONType>;

export interface DetectorSettings {
  readonly rule: DetectionRule;
  readonly unit: UnitKind;
}

/** An algorithm: its name, its component of the composite, and how to make one for a series. */
export interface DetectorDefinition {
  readonly name: string;
  readonly component: Component;
  /** Makes a fresh one, or one that goes on from what `save` gave. Throws when that is not of its form. */
  create(settings: DetectorSettings, saved?: SavedDetector): Detector;
}
