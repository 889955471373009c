import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { probe } from './probe.ts';
import type { ProbeAnswer, ProbeRequest } from './probe.ts';

const source = `process.stdout.write(JSON.stringify((${probe.toString()})(require('node:fs'), JSON.parse(process.argv[1]))))`;

/** Probes that were killed and have not ended: they hang inside the kernel. One per path, so that they cannot pile up. */
const hanging = new Map<string, ChildProcess>();

/**
 * Runs the probe in a process of its own: a file system that does not answer blocks its caller, and neither this
 * process nor one of its few threads may be blocked. Undefined when the last one of this path still hangs.
 */
export async function runProbe(request: ProbeRequest, signal: AbortSignal): Promise<ProbeAnswer | undefined> {
  signal.throwIfAborted();
  if (hanging.has(request.writeFile)) return undefined;
  // Without our environment: neither secrets nor NODE_OPTIONS.
  const child = spawn(process.execPath, ['-e', source, JSON.stringify(request)], {
    env: {},
    cwd: '/',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const end = (): void => {
    hanging.set(request.writeFile, child);
    child.once('exit', () => hanging.delete(request.writeFile));
    child.stdout.destroy();
    child.kill('SIGKILL');
    child.unref();
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    const exited = once(child, 'exit', { signal });
    const [answer] = await Promise.all([text(child.stdout), exited]);
    return JSON.parse(answer) as ProbeAnswer;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
