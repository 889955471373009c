import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CortexError } from '@cortex/errors';

const maxFiles = 10_000;
const maxManifestBytes = 1_048_576;

export interface BackupFile {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly writtenAtMs: number;
}

/** The backups of a folder, newest first. Throws when the folder has implausibly many files. */
export async function listBackups(folder: string, pattern: string): Promise<readonly BackupFile[]> {
  const matches = matcherOf(pattern);
  const names = (await readdir(folder)).filter((name) => matches(name) && !isManifest(name));
  if (names.length > maxFiles)
    throw new CortexError(
      'CORTEX_CHECK_NOT_MADE',
      `${folder} has more than ${maxFiles} such files: narrow the pattern`,
    );
  const found: BackupFile[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined);
    // A link to the newest would count as a second backup.
    if (stats?.isFile() === true) found.push({ name, path, bytes: stats.size, writtenAtMs: stats.mtimeMs });
  }
  return found.toSorted((left, right) => right.writtenAtMs - left.writtenAtMs);
}

/** The problem of a backup's checksum, if there is one. */
export async function checksumProblem(
  backup: BackupFile,
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const expected =
    (await findChecksum(`${backup.path}.sha256`, backup.name, true)) ??
    (await findChecksum(join(folder, 'SHA256SUMS'), backup.name, false));
  if (expected === undefined)
    return `there is no checksum of ${backup.name}: neither ${backup.name}.sha256 nor SHA256SUMS names it`;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(backup.path, { signal })) hash.update(chunk as Buffer);
  const actual = hash.digest('hex');
  if (actual === expected) return undefined;
  return `the checksum of ${backup.name} is ${actual.slice(0, 12)}…, expected ${expected.slice(0, 12)}…`;
}

/** Lines as sha256sum writes them: `<hex>  <name>`; a file of one backup may hold the sum alone. */
async function findChecksum(path: string, name: string, mayBeBare: boolean): Promise<string | undefined> {
  const text = await readStart(path);
  for (const line of text?.split('\n') ?? []) {
    const match = /^([0-9a-f]{64})(?:\s+\*?(?:.*\/)?([^/]+?))?\s*$/i.exec(line);
    if (match?.[1] !== undefined && (match[2] === name || (mayBeBare && match[2] === undefined)))
      return match[1].toLowerCase();
  }
  return undefined;
}

async function readStart(path: string): Promise<string | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const buffer = Buffer.alloc(maxManifestBytes);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function isManifest(name: string): boolean {
  return name.endsWith('.sha256') || name === 'SHA256SUMS';
}

/** `*` is any text, `?` any character. Scans once, so that no pattern can take long. */
function matcherOf(pattern: string): (name: string) => boolean {
  return (name) => {
    let [at, inPattern, star, from] = [0, 0, -1, 0];
    while (at < name.length) {
      if (pattern[inPattern] === '*') {
        star = inPattern;
        from = at;
        inPattern += 1;
      } else if (pattern[inPattern] === '?' || pattern[inPattern] === name[at]) {
        at += 1;
        inPattern += 1;
      } else if (star >= 0) {
        from += 1;
        at = from;
        inPattern = star + 1;
      } else return false;
    }
    return /^\**$/.test(pattern.slice(inPattern));
  };
}
