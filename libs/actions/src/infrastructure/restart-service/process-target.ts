import type { Instance, Target } from '@cortex/contracts';

/** A target that is a plain process of this machine. */
export interface ProcessTarget {
  readonly target: Target;
  readonly facts: NonNullable<Instance['process']>;
}

/**
 * Set for every process that Cortex starts. It finds a process again whose pid file was never written, because Cortex
 * itself was killed between the two: without it a second copy would be started beside the first.
 */
export const markerVariable = 'CORTEX_TARGET';

export function marker({ target, facts }: ProcessTarget): string {
  return `${target.service}|${target.instance}|${facts.pidFile}`;
}
