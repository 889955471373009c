import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder that fills up soon. */
export interface SmallDisk {
  readonly path: string;
  readonly sizeBytes: number;
  /** True: a tmpfs of its own. False: a folder with a quota, whose use the patient reports. */
  readonly isMount: boolean;
  fill(share: number): number;
  remove(): void;
}

const sizeBytes = 48 * 1024 * 1024;
const fileBytes = 1024 * 1024;

/** As root on Linux a real small file system; elsewhere a folder with a quota. */
export function prepareSmallDisk(path: string): SmallDisk {
  unmount(path);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  const isMount =
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=0755,nosuid,nodev,noexec`, 'cortex-demo', path])
      .status === 0;
  return {
    path,
    sizeBytes,
    isMount,
    fill(share) {
      const files = Math.floor((sizeBytes * share) / fileBytes);
      for (let index = 0; index < files; index += 1)
        writeFileSync(join(path, `session-${index}.tmp`), Buffer.alloc(fileBytes, 1));
      return readdirSync(path).length;
    },
    remove() {
      unmount(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Also after a run that was killed and left its mount behind; where nothing is mounted this does nothing. */
function unmount(path: string): void {
  if (process.platform === 'linux' && process.getuid?.() === 0) spawnSync('umount', [path], { stdio: 'ignore' });
}
