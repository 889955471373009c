import { spawn } from 'node:child_process';

/**
 * Ends `pid` when this process is gone, however it ended: by SIGKILL too, of which it hears nothing itself. A shell waits
 * at the other end of a pipe that only this process holds, and the pipe closes with it. A frozen process is woken to end.
 */
export function endWithParent(pid: number, exited: Promise<void>): void {
  const watcher = spawn(
    '/bin/sh',
    ['-c', 'read -r _; kill -TERM "$1" 2>/dev/null; kill -CONT "$1" 2>/dev/null', 'sh', String(pid)],
    {
      // A group of its own: Ctrl-C in the terminal is not for it.
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  // Without a shell nothing is watched; the next stack of the folder then ends what was left.
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  watcher.unref();
  // Before the number of the process can be given to another one.
  void exited.then(() => watcher.kill('SIGKILL'));
}
