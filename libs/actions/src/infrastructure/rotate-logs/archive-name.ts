import { createHash } from 'node:crypto';

/** The name of a rotated log: `shop.log.20260302T100000Z-3f1c9a2b7d40.gz`. Sorted by name, the newest comes last. */
export interface ArchiveName {
  readonly log: string;
  readonly stamp: string;
  /** Identifies the execution that made it, so that an interrupted execution finds its own again. */
  readonly tag: string;
  readonly isCompressed: boolean;
}

const form = /^(?<log>.+)\.(?<stamp>\d{8}T\d{6}Z)-(?<tag>[0-9a-f]{12})(?<gzip>\.gz)?$/;
const partialSuffix = '.partial';

export function archiveTag(executionId: string): string {
  return createHash('sha256').update(executionId).digest('hex').slice(0, 12);
}

export function formatArchiveName({ log, stamp, tag, isCompressed }: ArchiveName): string {
  return `${log}.${stamp}-${tag}${isCompressed ? '.gz' : ''}`;
}

export function archiveStamp(at: Date): string {
  return at.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

export function parseArchiveName(name: string): ArchiveName | undefined {
  const parts = form.exec(name)?.groups;
  if (parts?.['log'] === undefined || parts['stamp'] === undefined || parts['tag'] === undefined) return undefined;
  return { log: parts['log'], stamp: parts['stamp'], tag: parts['tag'], isCompressed: parts['gzip'] !== undefined };
}

/** The name of an archive that is still being written. */
export function partialName(archive: string): string {
  return `${archive}${partialSuffix}`;
}

/** The archives of one log among the names of its folder, newest first. Archives of other tools are not touched. */
export function archivesOf(log: string, names: readonly string[]): readonly string[] {
  return names
    .filter((name) => parseArchiveName(name)?.log === log)
    .sort()
    .toReversed();
}

/** Files that an execution left behind when it was interrupted. */
export function partialsOf(log: string, tag: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    if (!name.endsWith(partialSuffix)) return false;
    const archive = parseArchiveName(name.slice(0, -partialSuffix.length));
    return archive?.log === log && archive.tag === tag;
  });
}

/** Written in place by other programs, at offsets of their own: truncating them would break them. */
const databases = new Set(['btmp', 'faillog', 'lastlog', 'tallylog', 'utmp', 'wtmp']);

/** True for a live log: not an archive of ours or of logrotate, not compressed already, not a database of the system. */
export function isLiveLog(name: string): boolean {
  if (parseArchiveName(name) !== undefined || name.endsWith(partialSuffix)) return false;
  if (/\.(?:gz|xz|bz2|zst|zip|lz4|\d{1,8}|journal~?|db|sqlite)$/.test(name)) return false;
  return !databases.has(name);
}
