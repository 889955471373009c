import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './errors.ts';

/** The state file of a running stack, so that a later one finds processes that an earlier one left behind. */
interface RunState {
  readonly pid: number;
  readonly natsPid: number | undefined;
  readonly natsStore: string;
}

/** The claim of this stack on `runDir`. */
export interface RunClaim {
  note(natsPid: number | undefined, natsStore: string): void;
  release(): void;
}

/** Claims the folder for this process. Refuses while another stack runs there; ends the server that a dead one left. */
export async function claimRunDir(runDir: string): Promise<RunClaim> {
  mkdirSync(runDir, { recursive: true });
  const file = join(runDir, 'stack.json');
  const earlier = readState(file);
  if (
    earlier !== undefined &&
    earlier.pid !== process.pid &&
    isAlive(earlier.pid) &&
    commandOf(earlier.pid).includes('cortex')
  ) {
    throw new StackError(
      'CORTEX_STACK_RUNNING',
      `a stack already runs here (process ${earlier.pid})`,
      `stop it with Ctrl-C or \`kill ${earlier.pid}\`, or choose another folder with --dir`,
    );
  }
  if (earlier?.natsPid !== undefined) await endOrphan(earlier.natsPid, earlier.natsStore);
  const write = (natsPid: number | undefined, natsStore: string): void =>
    writeFileSync(file, JSON.stringify({ pid: process.pid, natsPid, natsStore } satisfies RunState));
  write(undefined, '');
  return { note: write, release: () => rmSync(file, { force: true }) };
}

function readState(file: string): RunState | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunState;
  } catch {
    // Half-written by a process that died: unusable.
    return undefined;
  }
}

/** Only a nats-server that still runs on our own store may be ended. */
async function endOrphan(pid: number, store: string): Promise<void> {
  const isOurs = (): boolean => isAlive(pid) && store !== '' && commandOf(pid).includes('nats-server');
  if (!isOurs()) return;
  process.kill(pid, 'SIGTERM');
  for (let attempt = 0; attempt < 100 && isOurs(); attempt += 1) await new Promise((resume) => setTimeout(resume, 50));
  if (isOurs()) process.kill(pid, 'SIGKILL');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The command line, where the system shows it; elsewhere the pid alone must be enough. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return existsSync('/proc') ? '' : 'cortex nats-server';
  }
}
