import { realpath } from 'node:fs/promises';
import { messageOf } from '@cortex/errors';
import { z } from 'zod';
import { AbsolutePath } from '../params.ts';
import { isWithin, resolveRoots } from './allowed-roots.ts';
import { globProblem, parseGlobPath } from './glob-path.ts';
import type { GlobPath } from './glob-path.ts';
import type { OwnFiles } from './own-files.ts';

/** An absolute path with `*` and `?` in it, as playbooks name files. */
const GlobPattern = AbsolutePath.superRefine((path, context) => {
  const problem = globProblem(path);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

/** Parameters of every action on files. */
export const pathParams = {
  /** `/var/log/*.log`: the files that the action works on. */
  paths: z.array(GlobPattern).min(1).max(64),
  /** Further folders that paths may be in; `rootProblem` is the rule. */
  allowed_roots: z.array(AbsolutePath).max(16).default([]),
};

export interface PathParams {
  readonly paths: readonly string[];
  readonly allowed_roots: readonly string[];
}

export type PathPlan =
  { readonly ok: true; readonly jobs: readonly GlobPath[] } | { readonly ok: false; readonly problem: string };

/** Where an action on files may work. */
export interface AllowedFiles {
  /** Folders in which it may always work. */
  readonly roots: readonly string[];
  readonly own: OwnFiles;
}

/**
 * Resolves every path and proves that it is in an allowed root and not Cortex's own, before anything is touched. A
 * missing one is skipped, unless all are.
 */
export async function planPaths(params: PathParams, allowed: AllowedFiles): Promise<PathPlan> {
  const roots = await resolveRoots(params.allowed_roots, allowed.roots);
  if (!roots.ok) return roots;
  const jobs: GlobPath[] = [];
  for (const path of params.paths) {
    const { base, patterns } = parseGlobPath(path);
    let real: string;
    try {
      real = await realpath(base);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      return { ok: false, problem: `${path}: ${messageOf(error)}` };
    }
    if (!roots.roots.some((root) => isWithin(real, root))) {
      const where = real === base ? base : `${base} (really ${real})`;
      return { ok: false, problem: `${path}: ${where} lies in none of ${roots.roots.join(', ')}; see allowed_roots` };
    }
    const own = await allowed.own.whyNotBegin(real);
    if (own !== undefined) return { ok: false, problem: `${path}: ${real} is not touched: ${own}` };
    jobs.push({ base: real, patterns });
  }
  if (jobs.length === 0) return { ok: false, problem: `none of the folders of ${params.paths.join(', ')} is there` };
  return { ok: true, jobs };
}

/** Why the action may not work on these paths; undefined when it may. */
export async function pathProblem(params: PathParams, allowed: AllowedFiles): Promise<string | undefined> {
  const plan = await planPaths(params, allowed);
  return plan.ok ? undefined : plan.problem;
}
