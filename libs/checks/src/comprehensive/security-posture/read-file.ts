import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { CortexError } from '@cortex/errors';

/** Reads at most `maxBytes` of a regular file; a pipe or device is refused instead of waited for. */
export async function readStartOf(path: string, maxBytes: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new CortexError('CORTEX_CHECK_NOT_MADE', 'it is no file');
    const buffer = Buffer.alloc(Math.min(stat.size, maxBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
