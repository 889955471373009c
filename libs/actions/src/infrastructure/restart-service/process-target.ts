import type { Instance, Target } from '@cortex/contracts';
import type { Command } from '@cortex/processes';

/** A target that is a plain process of this machine. */
export interface ProcessTarget {
  readonly target: Target;
  readonly facts: NonNullable<Instance['process']>;
}

/**
 * Set for every process that Cortex starts, and handed on to all that these start. It finds a process again whose pid file
 * was never written or names another, because it forked, or because Cortex itself was killed between the two: without
 * it a second copy would be started beside the first.
 */
export const markerVariable = 'CORTEX_TARGET';

export function marker({ target, facts }: ProcessTarget): string {
  return `${target.service}|${target.instance}|${facts.pidFile}`;
}

/** What the target is started with; undefined when a supervisor does it. */
export function commandOf({ facts }: ProcessTarget): Command | undefined {
  if (facts.startCommand === undefined) return undefined;
  return {
    argv: facts.startCommand,
    cwd: facts.cwd ?? process.cwd(),
    path: facts.env?.['PATH'] ?? process.env['PATH'] ?? '/usr/bin:/bin',
  };
}
