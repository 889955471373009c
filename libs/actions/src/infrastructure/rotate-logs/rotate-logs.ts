import { lstat } from 'node:fs/promises';
import { messageOf } from '@cortex/errors';
import { z } from 'zod';
import { defineAction } from '../../define-action.ts';
import type { ActionContext, ActionResult } from '../../define-action.ts';
import { Size } from '../../params.ts';
import { openCheckedFolder } from '../../files/open-folder.ts';
import { findOwnFiles } from '../../files/own-files.ts';
import { pathParams, pathProblem, planPaths } from '../../files/plan-paths.ts';
import { recovered } from '../../files/recovered.ts';
import { archivesOf } from './archive-name.ts';
import { findLogs } from './find-logs.ts';
import type { FoundLog } from './find-logs.ts';
import { prune } from './prune.ts';
import { rotateLog } from './rotate-log.ts';

const allowedFiles = async () => ({ roots: ['/var/log'], own: await findOwnFiles('rotate') });

/** Spec 3.1. */
const Params = z.strictObject({
  // `paths`, such as `/var/log/*.log`: files that match are rotated. Archives, compressed files and databases never are.
  ...pathParams,
  /** Compress archives with gzip. Without it, rotating frees only what `keep_last` drops. */
  compress: z.boolean().default(true),
  /** How many archives of each log stay, the new one included. Only archives of Cortex count; others are not touched. */
  keep_last: z.number().int().min(1).max(1_000),
  /** Only logs of at least this size. */
  min_size: Size.default(1),
  /** At most this many logs in one run. */
  max_files: z.number().int().positive().max(100_000).default(1_000),
});
type Params = z.output<typeof Params>;

/**
 * A crash is answered with `retry`: the archive has the mark of its execution and is complete before the log is
 * truncated. So a second attempt can tell a log that was copied and not truncated (it still begins with the archive:
 * done again) from one that was rotated (skipped), and neither loses a line nor rotates one twice.
 */
export const rotateLogs = defineAction({
  name: 'rotate_logs',
  summary: 'Copies logs into archives, empties them, and keeps the newest archives',
  params: Params,
  riskLevel: 'low',
  onAmbiguous: 'retry',
  reversible: false,
  idempotent: true,
  guard: async (params) => pathProblem(params, await allowedFiles()),
  async observe(params) {
    const logs = emptyTotals();
    await eachLog(
      params,
      logs,
      () => false,
      async ({ folder, name }) => {
        logs.bytesRotated += (await lstat(`${folder.path}/${name}`)).size;
      },
    );
    return { logBytes: logs.bytesRotated };
  },
  act: (params, context) => run(params, context, { changes: true }),
  dryRun: (params, context) => run(params, context, { changes: false }),
});

interface Totals {
  files: number;
  bytesRotated: number;
  bytesFreed: number;
  archivesDeleted: number;
  errors: number;
  firstError?: string;
  left: number;
  firstLeft?: string;
  endedEarly?: 'limit' | 'stopped';
}

function emptyTotals(): Totals {
  return { files: 0, bytesRotated: 0, bytesFreed: 0, archivesDeleted: 0, errors: 0, left: 0 };
}

/** Returns why it could not begin or go on, if it could not. */
async function eachLog(
  params: Params,
  totals: Totals,
  isDone: () => boolean,
  visit: (log: FoundLog) => Promise<void>,
): Promise<string | undefined> {
  const allowed = await allowedFiles();
  const plan = await planPaths(params, allowed);
  if (!plan.ok) return plan.problem;
  const seen = new Set<string>();
  for (const { base, patterns } of plan.jobs) {
    const folder = await openCheckedFolder(base);
    if (folder === undefined) return `${base} was replaced while it was opened`;
    try {
      await findLogs(folder, patterns, {
        own: allowed.own,
        isDone,
        onError: (error) => note(error, totals),
        onLeft(name, reason) {
          totals.left += 1;
          totals.firstLeft ??= `${name}: ${reason}`;
        },
        async visit(log) {
          const { size, dev, ino } = await lstat(`${log.folder.path}/${log.name}`);
          // Two patterns may match one log; an empty one has nothing to rotate.
          if (size === 0 || size < params.min_size || seen.has(`${dev}.${ino}`)) return;
          seen.add(`${dev}.${ino}`);
          await visit(log);
        },
      });
    } finally {
      await folder.close();
    }
  }
  return undefined;
}

async function run(params: Params, context: ActionContext, { changes }: { changes: boolean }): Promise<ActionResult> {
  const totals = emptyTotals();
  const isDone = () => {
    if (context.signal.aborted || context.stopRequest.aborted) totals.endedEarly = 'stopped';
    else if (totals.files >= params.max_files) totals.endedEarly = 'limit';
    return totals.endedEarly !== undefined;
  };
  const problem = await eachLog(params, totals, isDone, (log) =>
    changes ? rotateAndPrune(log, params, context, totals) : count(log, params, totals),
  );
  if (problem !== undefined) return { ok: false, detail: problem, partial: totals.files > 0 };
  const result = conclude(totals, changes);
  return changes ? { ...result, ...(await recovered(params.paths, totals.bytesFreed)) } : result;
}

async function rotateAndPrune(log: FoundLog, params: Params, context: ActionContext, totals: Totals): Promise<void> {
  // On a full disk, deleting old archives makes room for the new one.
  await pruneAndCount(log, params, totals);
  const rotation = await rotateLog(log, {
    executionId: context.executionId,
    at: new Date(),
    compresses: params.compress,
    signal: context.signal,
  });
  if (rotation.kind === 'rotated') {
    totals.files += 1;
    totals.bytesRotated += rotation.bytes;
    totals.bytesFreed += rotation.bytesFreed;
    context.log('rotated', { log: log.name, bytes: rotation.bytes });
  }
  await pruneAndCount(log, params, totals);
}

async function pruneAndCount({ folder, name }: FoundLog, params: Params, totals: Totals): Promise<void> {
  const pruned = await prune(folder, name, params.keep_last);
  totals.archivesDeleted += pruned.archives;
  totals.bytesFreed += pruned.bytesFreed;
}

async function count({ folder, name, names }: FoundLog, params: Params, totals: Totals): Promise<void> {
  const { size } = await lstat(`${folder.path}/${name}`);
  totals.files += 1;
  totals.bytesRotated += size;
  totals.archivesDeleted += Math.max(0, archivesOf(name, names).length + 1 - params.keep_last);
}

function note(error: unknown, totals: Totals): void {
  totals.errors += 1;
  totals.firstError ??= messageOf(error);
}

function conclude(totals: Totals, changes: boolean): ActionResult {
  const { files, bytesRotated, bytesFreed, archivesDeleted, errors, left } = totals;
  const what = `${files} logs of ${bytesRotated} bytes, ${archivesDeleted} old archives deleted`;
  const freed = changes ? `, ${bytesFreed} bytes freed` : '';
  const failed = errors === 0 ? '' : `; ${errors} errors, the first: ${totals.firstError ?? ''}`;
  const leftAlone = left === 0 ? '' : `; ${left} left alone, the first: ${totals.firstLeft ?? ''}`;
  const detail = `${changes ? 'rotated' : 'would rotate'} ${what}${freed}${failed}${leftAlone}`;
  const evidence = { files, bytesRotated, archivesDeleted, errors, left, ...(changes ? { bytesFreed } : {}) };
  if (totals.endedEarly === 'stopped') return { ok: false, detail: `stopped early: ${detail}`, evidence };
  if (errors + left > 0 && files === 0) return { ok: false, detail, evidence };
  const limit = totals.endedEarly === 'limit' ? '; the limit of files was reached, more may be left' : '';
  return { ok: true, detail: `${detail}${limit}`, evidence };
}
