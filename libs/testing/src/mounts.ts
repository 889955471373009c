import { execFileSync } from 'node:child_process';
import { startProcess } from './process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A real file system, mounted for this test. */
export interface TestMount {
  readonly path: string;
  makeReadOnly(): void;
  resize(kibibytes: number): void;
  unmount(): Promise<void>;
}

/** True when this process may mount; logs when not, because tests are skipped then. */
export function mayMount(): boolean {
  try {
    mountTmpfs(64).unmount();
    return true;
  } catch {
    console.log('skipped: file systems can only be mounted as root');
    return false;
  }
}

/** A file system in memory that is full after `kibibytes`, or after `files` files and folders, its root included. */
export function mountTmpfs(kibibytes: number, files = 1_000): TestMount {
  const folder = temporaryFolder('cortex-mount-');
  run('mount', '-t', 'tmpfs', '-o', `size=${kibibytes}k,nr_inodes=${files}`, 'cortex-test', folder.path);
  return {
    path: folder.path,
    makeReadOnly: () => run('mount', '-o', 'remount,ro', folder.path),
    resize: (size) => run('mount', '-o', `remount,size=${size}k`, folder.path),
    unmount: () => {
      run('umount', folder.path);
      folder.remove();
      return Promise.resolve();
    },
  };
}

/** A FUSE file system whose server never answers: every access hangs until it is unmounted. */
export async function mountHanging(): Promise<TestMount> {
  const folder = temporaryFolder('cortex-hanging-');
  const script =
    'exec 3<>/dev/fuse && mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0 cortex-test "$1" && echo mounted && exec sleep 600';
  const server = startProcess(['sh', '-c', script, 'sh', folder.path]);
  await server.waitForLine('mounted');
  const refuse = (): never => {
    throw new Error('it does not answer');
  };
  return {
    path: folder.path,
    makeReadOnly: refuse,
    resize: refuse,
    unmount: async () => {
      await server.kill();
      run('umount', '-l', folder.path);
      folder.remove();
    },
  };
}

/** The command prefix that starts a program with these name servers (`resolv.conf`), and no other process. Needs root. */
export function withResolvConf(path: string): readonly string[] {
  return ['unshare', '--mount', 'sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', path];
}

function run(program: string, ...argv: readonly string[]): void {
  execFileSync(program, argv, { stdio: 'pipe' });
}
