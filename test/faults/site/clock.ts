import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The environment of a process whose clock is wrong, such as `+1h`. Its timers are right, as with a real wrong clock. */
export function wrongClock(offset: string): Readonly<Record<string, string>> {
  return { LD_PRELOAD: faketimeLibrary(), FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' };
}

/** Of a process whose clock jumps to the offset that the file says, whenever that is changed. */
export function jumpingClock(file: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: faketimeLibrary(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

function faketimeLibrary(): string {
  const folders = readdirSync('/usr/lib').map((name) => join('/usr/lib', name, 'faketime', 'libfaketime.so.1'));
  const found = [...folders, '/usr/lib/faketime/libfaketime.so.1'].find((path) => existsSync(path));
  if (found === undefined) throw new Error('libfaketime is not installed; fix: apt-get install faketime');
  return found;
}
