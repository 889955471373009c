import { formatDuration } from '@cortex/conditions';
import { keepsTo } from '../../bound.ts';
import { causeOf } from '../../cause-of.ts';
import { defineCheck } from '../../define-check.ts';
import type { CheckContext } from '../../define-check.ts';
import { isOurMistake, PostgresError } from '../../postgres/connection.ts';
import { resolvePostgresAddress } from '../../postgres/postgres-address.ts';
import { withReadOnlySession } from '../../postgres/read-only-session.ts';
import { checksumProblem, listBackups } from './backup-files.ts';
import type { BackupFile } from './backup-files.ts';
import { Params } from './params.ts';
import { ProgramError } from './postgres-program.ts';
import { restoreSample } from './restore.ts';
import { withScratchDatabase } from './scratch-database.ts';

/** Spec 2.3. Reads the backups; writes nothing but a scratch database, which it drops. */
export const backupIntegrity = defineCheck({
  name: 'backup_integrity',
  summary: 'The newest backup is young, not shrunken, has its checksum, and a sample of it can be restored',
  tier: 'comprehensive',
  params: Params,
  failures: [
    'no finished backup … is in …',
    'the newest backup, …, is … old, expected …',
    '… is empty',
    '… has … bytes, expected …',
    '… is …% smaller than …, expected …',
    'there is no checksum of …: neither … nor SHA256SUMS names it',
    'the checksum of … is …, expected …',
    '… cannot be restored: …',
    '… was restored, but the sanity query gave … rows, expected …',
    'scratch database at …: …',
  ],
  example: `name: shop-backup
type: backup_integrity
service: shop
verify_latest_backup: true
test_restore: sample_data
validate_checksum: true
path: /var/backups/shop
pattern: '*.dump'
restore_into: env:SCRATCH_DATABASE_URL`,
  async run(params, context) {
    let all: readonly BackupFile[];
    try {
      all = await listBackups(params.path, params.pattern);
    } catch (error) {
      return { passed: false, detail: `${params.path}: ${causeOf(error)}`, evidence: {} };
    }
    const nowMs = Date.now();
    const [newest, before] = all.filter(({ writtenAtMs }) => nowMs - writtenAtMs >= params.in_progress);
    if (newest === undefined) {
      const detail = `no finished backup ${params.pattern} is in ${params.path}`;
      return { passed: false, detail, evidence: { unfinished: all.length } };
    }
    const ageMs = Math.max(0, Math.round(nowMs - newest.writtenAtMs));
    const problems = lookAtFile(newest, before, ageMs, params);
    if (params.validate_checksum) {
      problems.push(...[await checksumProblem(newest, params.path, context.signal)].flatMap((one) => one ?? []));
    }
    const restore = problems.length === 0 ? await tryRestore(newest, params, context) : {};
    if (restore.problem !== undefined) problems.push(restore.problem);
    const good = [`${newest.name} is ${shownAge(ageMs)} old and has ${newest.bytes} bytes`, restore.seen];
    return {
      passed: problems.length === 0,
      detail: (problems.length > 0 ? problems : good.flatMap((text) => text ?? [])).join('; '),
      evidence: {
        backup: newest.name,
        bytes: newest.bytes,
        ageMs,
        ...(restore.tookMs === undefined ? {} : { restoreMs: restore.tookMs }),
      },
    };
  },
});

function lookAtFile(newest: BackupFile, before: BackupFile | undefined, ageMs: number, params: Params): string[] {
  const problems: string[] = [];
  if (!keepsTo(ageMs, params.max_age)) {
    problems.push(`the newest backup, ${newest.name}, is ${shownAge(ageMs)} old, expected ${params.max_age.text}`);
  }
  if (newest.bytes === 0) problems.push(`${newest.name} is empty`);
  else if (params.min_size !== undefined && !keepsTo(newest.bytes, params.min_size)) {
    problems.push(`${newest.name} has ${newest.bytes} bytes, expected ${params.min_size.text}`);
  }
  if (before !== undefined && before.bytes > newest.bytes) {
    const percent = 100 * (1 - newest.bytes / before.bytes);
    if (!keepsTo(percent, params.max_shrink)) {
      const by = `${percent.toFixed(1)}% smaller than ${before.name}`;
      problems.push(`${newest.name} is ${by}, expected ${params.max_shrink.text}`);
    }
  }
  return problems;
}

/** In whole minutes: seconds mean nothing for a backup. */
function shownAge(ageMs: number): string {
  return formatDuration(Math.floor(ageMs / 60_000) * 60_000);
}

interface Restore {
  readonly problem?: string;
  readonly seen?: string;
  readonly tookMs?: number;
}

async function tryRestore(backup: BackupFile, params: Params, context: CheckContext): Promise<Restore> {
  const { test_restore: what, restore_into: reference, sanity_query, expected_rows, sample_tables } = params;
  if (what === 'none' || reference === undefined) return {};
  const { signal, timeoutMs } = context;
  const address = await resolvePostgresAddress(reference, context);
  const limits = { signal, timeoutMs, applicationName: 'cortex/backup_integrity' };
  const startedAt = performance.now();
  try {
    const rows = await withScratchDatabase(address, limits, async (scratch) => {
      const order = { file: backup.path, withData: what === 'sample_data', tables: sample_tables };
      await restoreSample(scratch, order, signal);
      return await withReadOnlySession(scratch, limits, (session) => session.query(sanity_query));
    });
    const tookMs = Math.round(performance.now() - startedAt);
    const seen = `the sanity query gave ${rows.length} rows`;
    if (keepsTo(rows.length, expected_rows)) return { tookMs, seen: `restored in ${tookMs} ms, ${seen}` };
    return { tookMs, problem: `${backup.name} was restored, but ${seen}, expected ${expected_rows.text}` };
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof ProgramError) return { problem: `${backup.name} cannot be restored: ${error.message}` };
    if (error instanceof PostgresError && !isOurMistake(error))
      return { problem: `scratch database at ${reference}: ${error.message}` };
    throw error;
  }
}
