import { readFile, readlink } from 'node:fs/promises';

export interface Limit {
  readonly soft: string;
  readonly hard: string;
}

/** As whom and with what a process runs: what one that takes its place must be given again. */
export interface ProcessIdentity {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly umask: number | undefined;
  readonly cwd: string | undefined;
  /** By the names that `prlimit` has for them. */
  readonly limits: Readonly<Record<string, Limit>>;
}

const limitNames: Readonly<Record<string, string>> = {
  'Max cpu time': 'cpu',
  'Max file size': 'fsize',
  'Max data size': 'data',
  'Max stack size': 'stack',
  'Max core file size': 'core',
  'Max resident set': 'rss',
  'Max processes': 'nproc',
  'Max open files': 'nofile',
  'Max locked memory': 'memlock',
  'Max address space': 'as',
  'Max file locks': 'locks',
  'Max pending signals': 'sigpending',
  'Max msgqueue size': 'msgqueue',
  'Max nice priority': 'nice',
  'Max realtime priority': 'rtprio',
  'Max realtime timeout': 'rttime',
};

/** Reads it of a live process; undefined when it is gone. */
export async function readIdentity(pid: number | 'self'): Promise<ProcessIdentity | undefined> {
  try {
    const [status, limits, cwd] = await Promise.all([
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile(`/proc/${pid}/limits`, 'utf8').catch(() => ''),
      readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    ]);
    const numbers = (key: string) =>
      (new RegExp(`^${key}:(.*)$`, 'm').exec(status)?.[1] ?? '').trim().split(/\s+/).filter(Boolean).map(Number);
    const umask = /^Umask:\s*(\d+)$/m.exec(status)?.[1];
    const [uid, gid] = [numbers('Uid')[1], numbers('Gid')[1]];
    if (uid === undefined || gid === undefined) return undefined;
    const groups = numbers('Groups').sort((a, b) => a - b);
    return {
      uid,
      gid,
      groups,
      umask: umask === undefined ? undefined : parseInt(umask, 8),
      cwd,
      limits: parse(limits),
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code))) return undefined;
    throw error;
  }
}

function parse(text: string): Readonly<Record<string, Limit>> {
  const rows = text.split('\n').flatMap((line) => {
    const row = /^(Max [a-z ]+?)\s{2,}(\S+)\s+(\S+)/.exec(line);
    const name = limitNames[row?.[1] ?? ''];
    return row === null || name === undefined ? [] : [[name, { soft: row[2] ?? '', hard: row[3] ?? '' }] as const];
  });
  return Object.fromEntries(rows);
}
