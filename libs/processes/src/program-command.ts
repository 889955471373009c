import { open, readlink, realpath, stat } from 'node:fs/promises';
import { basename, delimiter, resolve } from 'node:path';
import type { ProcessFacts } from './process-table.ts';

/** A command as the catalogue names it, and where it would be started. */
export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Where programs are looked for. */
  readonly path: string;
}

/**
 * `same`: the executable and every argument; of a script also what it became. `retitled`: the executable, under a title that names it; its arguments are
 * written over, as servers do. `other`: neither.
 */
export type Likeness = 'same' | 'retitled' | 'other';

/** How a process must look that runs a command. */
export interface ExpectedCommand {
  readonly command: Command;
  /** The executable, with links resolved; undefined when there is none. */
  readonly executable: string | undefined;
  /** Of a script: itself, which the kernel puts before the arguments. */
  readonly script: string | undefined;
  /** Of a script: its interpreter as its first line names it. */
  readonly interpreter: string | undefined;
}

const firstLineBytes = 256;

/** Programs that become the one which the rest of their line names. */
const wrappers = new Set(
  'chpst chrt env gosu ionice nice nohup numactl prlimit runuser s6-setuidgid setpriv setsid setuidgid softlimit stdbuf su-exec sudo taskset'.split(
    ' ',
  ),
);

/** Finds out which executable a command runs: of a script, its interpreter. */
export async function expectCommand(command: Command): Promise<ExpectedCommand> {
  const file = await findProgram(command.argv[0] ?? '', command);
  const interpreter = file === undefined ? undefined : await interpreterOf(file);
  if (interpreter === undefined) return { command, executable: file, script: undefined, interpreter };
  return { command, executable: await findProgram(interpreter, command), script: file, interpreter };
}

/** Compares a process with a command by its executable and its arguments: a word of its title proves nothing. */
export async function likenessOf(process: ProcessFacts, expected: ExpectedCommand): Promise<Likeness> {
  const likeness = await likenessOfOne(process, expected);
  const { argv } = expected.command;
  if (likeness !== 'other' || !isWrapper(argv)) return likeness;
  for (let from = 1; from < argv.length; from += 1) {
    const wrapped = await expectCommand({ ...expected.command, argv: argv.slice(from) });
    const found = wrapped.executable === undefined ? 'other' : await likenessOfOne(process, wrapped);
    if (found !== 'other') return found;
  }
  return 'other';
}

/** True when the first program of a command only makes ready for another one, which its process then becomes. */
export function isWrapper([program = '']: readonly string[]): boolean {
  return wrappers.has(basename(program));
}

async function likenessOfOne(process: ProcessFacts, expected: ExpectedCommand): Promise<Likeness> {
  const { command, script } = expected;
  const executable = await isExecutable(process.pid, expected.executable);
  const cwd = await readlink(`/proc/${process.pid}/cwd`).catch(() => undefined);
  if (script !== undefined && (await hasBecome(process, command, cwd))) return 'same';
  // An executable that may not be looked at leaves the arguments to prove it.
  if (executable === false) return 'other';
  const isSame = (actual: string | undefined, wanted: string) =>
    actual !== undefined &&
    (actual === wanted || (cwd !== undefined && resolve(cwd, actual) === resolve(command.cwd, wanted)));
  const wanted = [...(script === undefined ? [] : [script]), ...command.argv.slice(1)];
  const actual = process.argv.slice(-wanted.length || process.argv.length);
  const options = process.argv.length - wanted.length - 1;
  const hasArguments =
    wanted.length === 0 ? process.argv.length === 1 : wanted.every((word, index) => isSame(actual[index], word));
  // The first line of a script may give its interpreter options; a program has none but those of the command.
  if (hasArguments && options >= 0 && (options === 0 || script !== undefined)) return 'same';
  return executable === true && isRetitled(process, command.argv) ? 'retitled' : 'other';
}

/**
 * A script may have become another program, as the shims of version managers do. Nothing says which: so that no stranger is
 * taken for it, the program has its name, every argument is the same, and it runs where the command is started.
 */
async function hasBecome(process: ProcessFacts, command: Command, cwd: string | undefined): Promise<boolean> {
  const [title = '', ...args] = process.argv;
  const [wanted = '', ...wantedArgs] = command.argv;
  if (args.length !== wantedArgs.length || !args.every((word, index) => word === wantedArgs[index])) return false;
  const folder = await realpath(command.cwd).catch(() => command.cwd);
  // A daemon may have gone to the root since.
  if (cwd !== undefined && ![command.cwd, folder, '/'].includes(cwd)) return false;
  const seen = await readlink(`/proc/${process.pid}/exe`).catch(() => '');
  const name = basename(wanted);
  return basename(title) === name || isVersionOf(basename(seen.replace(/ \(deleted\)$/, '')), name);
}

/** `python3` is run by `python3.11`, and `php` by `php8.2`. */
function isVersionOf(program: string, name: string): boolean {
  return program.startsWith(name) && /^(?:[-.]?\d.*)?$/.test(program.slice(name.length));
}

/** A title is one text where arguments were several, and names the program or the script. */
function isRetitled({ argv }: ProcessFacts, command: readonly string[]): boolean {
  const [title = '', ...others] = argv.filter((word) => word !== '');
  if (others.length > 0 || command.length < 2) return false;
  const named = [command[0], command.slice(1).find((word) => !word.startsWith('-'))].map((word) =>
    basename(word ?? ''),
  );
  return title.split(/[\s:]+/).some((word) => word !== '' && named.includes(basename(word)));
}

/** Undefined when that may not be looked at. */
async function isExecutable(pid: number, file: string | undefined): Promise<boolean | undefined> {
  const link = `/proc/${pid}/exe`;
  const seen = await readlink(link).catch(() => undefined);
  if (seen === undefined) return undefined;
  if (file === undefined) return false;
  // The file may have been replaced by a newer one since.
  if (seen === file || seen === `${file} (deleted)`) return true;
  const [own, wanted] = await Promise.all([link, file].map((path) => stat(path).catch(() => undefined)));
  return own !== undefined && own.dev === wanted?.dev && own.ino === wanted.ino;
}

async function findProgram(name: string, { cwd, path }: Command): Promise<string | undefined> {
  if (name === '') return undefined;
  const folders = name.includes('/') ? [''] : path.split(delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    const found = await realpath(resolve(cwd, folder, name)).catch(() => undefined);
    if (found !== undefined && (await stat(found).catch(() => undefined))?.isFile() === true) return found;
  }
  return undefined;
}

/** The program of a `#!` line; of `/usr/bin/env`, the one that it looks for. */
async function interpreterOf(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(firstLineBytes), 0, firstLineBytes, 0);
    const line = /^#!\s*(.*)/.exec(buffer.toString('latin1', 0, bytesRead))?.[1];
    const [program, ...rest] = line?.trim().split(/\s+/) ?? [];
    if (program === undefined || basename(program) !== 'env') return program;
    return rest.find((word) => !word.startsWith('-') && !word.includes('='));
  } finally {
    await handle.close();
  }
}
