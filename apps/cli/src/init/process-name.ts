import { basename, dirname } from 'node:path';

/** What a process shows of itself. */
export interface ProcessLook {
  readonly program?: string;
  readonly argv?: readonly string[];
  readonly cwd?: string;
}

const interpreter =
  /^(node|nodejs|bun|deno|python[\d.]*|ruby[\d.]*|perl[\d.]*|php[\d.]*|java|dotnet|tsx|(ba|da|z)?sh)(\.exe)?$/;
/** Of a script or a folder these say nothing. */
const anyName = /^(index|main|server|app|start|run|www|cli|__main__|manage|bin|dist|src|build|lib|current|\/|\.|)$/;
/** The kernel cuts the name of a process. */
const longestKernelName = 15;

/** What people call it: the program; of an interpreter the script, or the folder of one that is called like any other. */
export function nameOfProcess({ program, argv = [], cwd }: ProcessLook): string | undefined {
  const own = basename(argv[0] ?? '') || program;
  if (!interpreter.test(own ?? '')) return program;
  const script = scriptOf(argv);
  const folders = script?.includes('/') === true ? foldersOf(script) : [];
  const names = [
    script === undefined ? '' : withoutEnding(basename(script)),
    ...folders,
    ...foldersOf(`${cwd ?? ''}/x`),
  ];
  return names.find((name) => !anyName.test(name)) ?? own;
}

/** A name that `process_running` finds this process by, and hardly another; undefined where there is none. */
export function searchableName({ program, argv = [] }: ProcessLook): string | undefined {
  const own = basename(argv[0] ?? '');
  if (interpreter.test(own) || interpreter.test(program ?? '')) {
    // That check knows the script from the word behind the interpreter alone.
    const script = basename(argv[1] ?? '');
    return argv[1]?.startsWith('-') === true || anyName.test(withoutEnding(script)) ? undefined : script;
  }
  if (program === undefined || program.includes('/')) return undefined;
  return program.length < longestKernelName ? program : undefined;
}

/** The script, module or archive that an interpreter runs. */
function scriptOf([, ...words]: readonly string[]): string | undefined {
  for (const [index, word] of words.entries()) {
    if (['-m', '-jar'].includes(word)) return words[index + 1];
    if (['-c', '-e'].includes(word)) return undefined;
    const isValue = /^(-r|--require|--import|--loader)$/.test(words[index - 1] ?? '');
    if (!word.startsWith('-') && !isValue) return word;
  }
  return undefined;
}

/** The folders above a file, the nearest first. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path || folder === '.' || folder === '/' ? [] : [basename(folder), ...foldersOf(folder)];
}

function withoutEnding(name: string): string {
  return name.replace(/\.(m|c)?(j|t)sx?$|\.(py|rb|pl|php|jar|dll|sh)$/, '');
}
