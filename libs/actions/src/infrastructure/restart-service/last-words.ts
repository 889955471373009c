import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

const mostLogBytes = 4_096;
const longestLine = 300;

/**
 * The last line that was written to the log of a service since it was `from` bytes long, as the end of a sentence: it often
 * says why the process ended.
 */
export async function lastWords(log: FileHandle, from: number, name: string): Promise<string> {
  const { size } = await log.stat();
  const buffer = Buffer.alloc(Math.min(Math.max(0, size - from), mostLogBytes));
  const { bytesRead } = await log.read(buffer, 0, buffer.length, size - buffer.length);
  const lines = buffer
    .toString('utf8', 0, bytesRead)
    .split('\n')
    .map((line) => line.trim());
  const last = lines.findLast((line) => line !== '');
  return last === undefined ? `it wrote nothing to ${name}` : `its last line in ${name}: ${last.slice(0, longestLine)}`;
}

/** The same of one that ended some time ago; undefined when there is no such log. */
export async function lastWordsOfEnded(logFile: string | undefined): Promise<string | undefined> {
  if (logFile === undefined) return undefined;
  try {
    // A named pipe without a writer would never open.
    const log = await open(logFile, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return (await log.stat()).isFile() ? await lastWords(log, 0, logFile) : undefined;
    } finally {
      await log.close();
    }
  } catch {
    // A log that is missing or may not be read stops no restart.
    return undefined;
  }
}
