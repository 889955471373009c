import { targetKey } from '@cortex/contracts';
import type { ExecutionRecord, Target } from '@cortex/contracts';
import type { RemediationTarget } from './record.ts';

/** Targets that are worked on together: one after the other, without proof between them. */
export type Wave<One = RemediationTarget> = readonly One[];

/** What must be answered with yes before the next wave begins. The executor asks the world; this library never does. */
export interface WaveQuestion {
  /** All of these serve again, by evidence from after what was done to them. */
  readonly kind: 'serve_again';
  readonly targets: Wave;
}

/** The waves of a remediation, in order: never more targets in one than may be out of service at once. INV-1. */
export function planWaves<One>({
  targets,
  maxUnavailable,
}: {
  readonly targets: readonly One[];
  readonly maxUnavailable: number;
}): readonly Wave<One>[] {
  const waves: Wave<One>[] = [];
  for (let from = 0; from < targets.length; from += maxUnavailable) {
    waves.push(targets.slice(from, from + maxUnavailable));
  }
  return waves;
}

/** The question before the first step on this target; undefined where its wave is the first, or has begun. */
export function questionBefore(record: ExecutionRecord, target: Target): WaveQuestion | undefined {
  const waves = planWaves(record.remediation);
  const index = waves.findIndex((wave) => wave.some((one) => targetKey(one) === targetKey(target)));
  const before = waves[index - 1];
  if (before === undefined || waves[index]?.some((one) => isTouched(record, one)) === true) return undefined;
  return { kind: 'serve_again', targets: before };
}

/** Something was done to this target, or may have been. */
export function isTouched(record: ExecutionRecord, target: Target): boolean {
  return record.entries.some((entry) => targetKey(entry.target) === targetKey(target));
}
