import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { globMatches } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import { z } from 'zod';
import { readStartOf } from './read-file.ts';

/** A folder with more files is not searched. */
const maxFiles = 10_000;
/** A file may be copied later than it was made: this many of the youngest are opened. */
const maxOpened = 20;
const maxReportBytes = 33_554_432;

/** Trivy writes `CreatedAt`, Grype `descriptor.timestamp`. */
const Report = z.union([
  z.object({ CreatedAt: z.string() }).transform((trivy) => trivy.CreatedAt),
  z.object({ descriptor: z.object({ timestamp: z.string() }) }).transform((grype) => grype.descriptor.timestamp),
]);

export interface ScanReport {
  readonly path: string;
  /** The report's own date; otherwise the time of the last write. */
  readonly scannedAt: Date;
}

/** The newest report at a place: a file, a folder, or `/folder/*.json`. Undefined when there is none. */
export async function newestReport(place: string): Promise<ScanReport | undefined> {
  const reports: ScanReport[] = [];
  for (const { path, writtenAt } of (await filesAt(place)).slice(0, maxOpened)) {
    reports.push({ path, scannedAt: (await dateInside(path)) ?? writtenAt });
  }
  return reports.toSorted((left, right) => right.scannedAt.getTime() - left.scannedAt.getTime())[0];
}

async function filesAt(place: string): Promise<readonly { readonly path: string; readonly writtenAt: Date }[]> {
  const paths: string[] = [];
  if (place.includes('*')) {
    const [folder, pattern] = [dirname(place), basename(place)];
    paths.push(...(await list(folder)).filter((name) => globMatches(pattern, name)).map((name) => join(folder, name)));
  } else if ((await stat(place)).isDirectory()) {
    paths.push(...(await list(place)).map((name) => join(place, name)));
  } else paths.push(place);
  const files: { readonly path: string; readonly writtenAt: Date }[] = [];
  for (const path of paths) {
    // A file that is deleted meanwhile does not count.
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() === true) files.push({ path, writtenAt: found.mtime });
  }
  return files.toSorted((left, right) => right.writtenAt.getTime() - left.writtenAt.getTime());
}

async function list(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  if (names.length > maxFiles) throw new CortexError('CORTEX_CHECK_NOT_MADE', `there are more than ${maxFiles} files`);
  return names.filter((name) => !name.startsWith('.'));
}

async function dateInside(path: string): Promise<Date | undefined> {
  try {
    const date = new Date(Report.parse(JSON.parse(await readStartOf(path, maxReportBytes))));
    return Number.isNaN(date.getTime()) ? undefined : date;
  } catch {
    // Another form of report, or one too large: the date of the file is used.
    return undefined;
  }
}
