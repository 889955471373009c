import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, ok, warn, type Finding, type Subject } from '../finding.ts';

const mebibyte = 1024 * 1024;
const leastBytes = 256 * mebibyte;
const fewBytes = 2_048 * mebibyte;
const skewMs = 2_000;

/** Room where the store is, and a clock that agrees with what was written before and with the console. */
export async function examineMachine(subject: Subject): Promise<readonly Finding[]> {
  return [diskFinding(subject.dir), await clockFinding(subject)];
}

function diskFinding(dir: string): Finding {
  const { bavail, bsize, blocks, ffree, files } = statfsSync(nearestFolder(dir));
  const free = bavail * bsize;
  const text = `${Math.floor(free / mebibyte)} MiB free of ${Math.floor((blocks * bsize) / mebibyte)} at ${dir}`;
  const fix = 'make room, or choose another folder with --dir';
  if (free < leastBytes) return fail('disk', text, fix);
  // File systems without a fixed number of files say 0 of 0.
  if (files > 0 && ffree < 1_000) return fail('disk', `${ffree} files may still be created at ${dir}`, fix);
  return free < fewBytes ? warn('disk', text, fix) : ok('disk', text);
}

/** The folder itself, or the first above it that is there. */
function nearestFolder(path: string): string {
  return existsSync(path) ? path : nearestFolder(dirname(path));
}

async function clockFinding({ dir, stack, context }: Subject): Promise<Finding> {
  const now = Date.now();
  const aheadMs = newestFileMs(join(dir, 'logs')) - now;
  if (aheadMs > skewMs) {
    return fail(
      'clock',
      `logs were written ${Math.round(aheadMs / 1_000)} s after now: the clock was set back`,
      'set the clock by NTP; what was timed by the old one is late by that much',
    );
  }
  if (stack?.consoleUrl === undefined) return ok('clock', new Date(now).toISOString());
  const status = await context.api.call('status').catch(() => undefined);
  const differenceMs = status === undefined ? 0 : Math.abs(Date.parse(status.now) - Date.now());
  if (differenceMs <= skewMs) return ok('clock', new Date(now).toISOString());
  return fail(
    'clock',
    `that of the console differs by ${Math.round(differenceMs / 1_000)} s`,
    'set both clocks by NTP',
  );
}

function newestFileMs(folder: string): number {
  try {
    return Math.max(0, ...readdirSync(folder).map((name) => statSync(join(folder, name)).mtimeMs));
  } catch {
    // Nothing was started here yet.
    return 0;
  }
}
