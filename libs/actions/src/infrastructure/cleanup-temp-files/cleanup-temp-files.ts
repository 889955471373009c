import { statfs } from 'node:fs/promises';
import { z } from 'zod';
import { defineAction } from '../../define-action.ts';
import type { ActionContext, ActionResult } from '../../define-action.ts';
import { Duration, Size } from '../../params.ts';
import { openCheckedFolder } from '../../files/open-folder.ts';
import { findOwnFiles } from '../../files/own-files.ts';
import { pathParams, pathProblem, planPaths } from '../../files/plan-paths.ts';
import { recovered } from '../../files/recovered.ts';
import { sweep } from './sweep.ts';
import type { SweepTotals } from './sweep.ts';

const allowedFiles = async () => ({ roots: ['/tmp', '/var/tmp'], own: await findOwnFiles('keep') });

/** Spec 4.1. */
const Params = z.strictObject({
  // `paths`, such as `/tmp/*`: matching entries are cleaned up, folders with all their contents.
  ...pathParams,
  /** Only files last written longer ago than this. */
  age_threshold: Duration,
  /** Only files larger than this. */
  size_threshold: Size.default(0),
  /** At most this many files in one run. */
  max_files: z.number().int().positive().max(10_000_000).default(100_000),
});
type Params = z.output<typeof Params>;

export const cleanupTempFiles = defineAction({
  name: 'cleanup_temp_files',
  summary: 'Deletes old files from folders for temporary files',
  params: Params,
  riskLevel: 'low',
  onAmbiguous: 'retry',
  reversible: false,
  idempotent: true,
  guard: async (params) => pathProblem(params, await allowedFiles()),
  async observe(params) {
    const plan = await planPaths(params, await allowedFiles());
    if (!plan.ok) return {};
    const folders = [...new Set(plan.jobs.map(({ base }) => base))];
    const free = await Promise.all(folders.map(async (folder) => [folder, await freeBytes(folder)] as const));
    return { freeBytes: Object.fromEntries(free) };
  },
  act: (params, context) => clean(params, context, true),
  dryRun: (params, context) => clean(params, context, false),
});

async function clean(params: Params, context: ActionContext, deletes: boolean): Promise<ActionResult> {
  const allowed = await allowedFiles();
  const plan = await planPaths(params, allowed);
  if (!plan.ok) return { ok: false, detail: plan.problem };
  const totals: SweepTotals = { files: 0, bytes: 0, errors: 0, left: 0 };
  const rules = {
    olderThanMs: Date.now() - params.age_threshold,
    largerThanBytes: params.size_threshold === 0 ? -1 : params.size_threshold,
    maxFiles: params.max_files,
    deletes,
  };
  for (const { base, patterns } of plan.jobs) {
    const folder = await openCheckedFolder(base);
    if (folder === undefined)
      return { ok: false, detail: `${base} was replaced while it was opened`, partial: totals.files > 0 };
    try {
      await sweep(folder, patterns, {
        rules,
        own: allowed.own,
        totals,
        isStopped: () => context.signal.aborted || context.stopRequest.aborted,
        onProgress: ({ files, bytes }) => context.log('cleaning', { files, bytes }),
      });
    } finally {
      await folder.close();
    }
  }
  const result = conclude(totals, deletes);
  return deletes ? { ...result, ...(await recovered(params.paths, totals.bytes)) } : result;
}

function conclude(totals: SweepTotals, deletes: boolean): ActionResult {
  const done = `${deletes ? 'deleted' : 'would delete'} ${totals.files} files, ${totals.bytes} bytes`;
  const errors = totals.errors === 0 ? '' : `; ${totals.errors} errors, the first: ${totals.firstError ?? ''}`;
  const left = totals.left === 0 ? '' : `; ${totals.left} left alone, the first: ${totals.firstLeft ?? ''}`;
  const evidence = { files: totals.files, bytesFreed: totals.bytes, errors: totals.errors, left: totals.left };
  const told = `${done}${errors}${left}`;
  if (totals.endedEarly === 'stopped') return { ok: false, detail: `stopped early: ${told}`, evidence };
  // Nothing was done, and what could have been was not looked at: no success.
  if (totals.files === 0 && totals.errors + totals.left > 0) return { ok: false, detail: told, evidence };
  const limit = totals.endedEarly === 'limit' ? '; the limit of files was reached, more may be left' : '';
  return { ok: true, detail: `${told}${limit}`, evidence };
}

async function freeBytes(folder: string): Promise<number> {
  const facts = await statfs(folder);
  return facts.bavail * facts.bsize;
}
