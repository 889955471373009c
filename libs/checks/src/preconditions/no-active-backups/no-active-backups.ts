import { CortexError } from '@cortex/errors';
import { goesBy, hasProcessTable, pidExists, readLiveProcess, readLiveProcesses, readPidFile } from '@cortex/processes';
import { z } from 'zod';
import { defineCheck } from '../../define-check.ts';
import { isLocked } from './file-locks.ts';
import { AbsolutePaths } from '../../params.ts';

const backupPrograms = [
  'barman',
  'borg',
  'duplicity',
  'mariadb-backup',
  'mariadb-dump',
  'mongodump',
  'mysqldump',
  'pg_basebackup',
  'pg_dump',
  'pg_dumpall',
  'pgbackrest',
  'restic',
  'rsnapshot',
  'wal-g',
  'xtrabackup',
];

const Params = z.strictObject({
  lock_files: AbsolutePaths.optional().describe(
    'Pid or lock files of backups. Held: the process named in it is alive, or it is locked, or it is there and names no process.',
  ),
  programs: z
    .array(z.string().min(1))
    .min(1)
    .default(backupPrograms)
    .describe('Programs that must not be running. Default: the usual backup programs.'),
});

/** Spec 3.1. Checks this machine. */
export const noActiveBackups = defineCheck({
  name: 'no_active_backups',
  summary: 'No backup is running on this machine',
  tier: 'shallow',
  params: Params,
  failures: [
    '… is held: process … is alive',
    '… is held: it is locked',
    '… is held: it is there and names no process',
    '… is running as process …',
  ],
  example: `name: shop-backups-rest
type: no_active_backups
service: shop
lock_files: /run/backup.lock`,
  async run(params) {
    const holders: string[] = [];
    for (const path of [params.lock_files ?? []].flat()) {
      const holder = await holderOf(path);
      if (holder !== undefined) holders.push(`${path} is held: ${holder}`);
    }
    if (!hasProcessTable) {
      if (params.lock_files === undefined)
        throw new CortexError('CORTEX_CHECK_NOT_MADE', 'this system has no /proc: name lock_files to look at');
    } else {
      for (const process of await readLiveProcesses()) {
        const program = params.programs.find((name) => goesBy(process, name));
        if (program !== undefined) holders.push(`${program} is running as process ${process.pid}`);
      }
    }
    if (holders.length > 0) return { passed: false, detail: holders.join('; '), evidence: { holders } };
    return { passed: true, detail: 'no backup is running' };
  },
});

async function holderOf(path: string): Promise<string | undefined> {
  const file = await readPidFile(path);
  if (file.status === 'missing') return undefined;
  if (await isLocked(path)) return 'it is locked';
  if (file.status !== 'pid') return 'it is there and names no process';
  return (await isAlive(file.pid)) ? `process ${file.pid} is alive` : undefined;
}

async function isAlive(pid: number): Promise<boolean> {
  return hasProcessTable ? (await readLiveProcess(pid)) !== undefined : pidExists(pid);
}
