import type { CommandDefinition } from '../core/command.ts';

/** On every command, beside its own. */
const commonFlags = ['--output', '--url', '--help'] as const;

/** Words that may follow `path`, the words before: names of commands, then choices of the first argument. */
interface Completion {
  readonly path: string;
  readonly words: readonly string[];
}

export function bashCompletion(commands: readonly CommandDefinition[]): string {
  const words = nextWords(commands).map(({ path, words: next }) => `    '${path}') words='${next.join(' ')}' ;;`);
  // The longest name first: `check run` before `check`.
  const flags = [...commands]
    .sort((left, right) => right.name.length - left.name.length)
    .map((command) => `      '${command.name}'*) words='${flagsOf(command).join(' ')}' ;;`);
  return `# cortex completion for bash: made by \`cortex completion bash\`.
_cortex() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      -*) ;;
      *) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path" in
${words.join('\n')}
  esac
  case "$current" in -*)
    case "$path" in
${flags.join('\n')}
      *) words='--help --version' ;;
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _cortex cortex
`;
}

/** zsh runs the functions of bash. */
export function zshCompletion(commands: readonly CommandDefinition[]): string {
  return `#compdef cortex
autoload -U +X compinit && compinit -C
autoload -U +X bashcompinit && bashcompinit
${bashCompletion(commands)}`;
}

export function fishCompletion(commands: readonly CommandDefinition[]): string {
  const lines = nextWords(commands).flatMap(({ path, words }) =>
    words.map((word) => {
      const summary = commands.find(({ name }) => name === `${path} ${word}`.trim())?.summary;
      const about = summary === undefined ? '' : ` -d '${quoted(summary)}'`;
      return `complete -c cortex -f -n '${path === '' ? '__fish_use_subcommand' : seen(path)}' -a '${word}'${about}`;
    }),
  );
  const flags = commands.flatMap((command) =>
    flagsOf(command).map((flag) => `complete -c cortex -n '${seen(command.name)}' -l '${flag.replace(/^--/, '')}'`),
  );
  return `# cortex completion for fish: made by \`cortex completion fish\`.\n${[...lines, ...flags].join('\n')}\n`;
}

function seen(path: string): string {
  return path
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ');
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}

function nextWords(commands: readonly CommandDefinition[]): readonly Completion[] {
  const byPath = new Map<string, Set<string>>();
  const add = (path: string, word: string): void => void byPath.set(path, (byPath.get(path) ?? new Set()).add(word));
  for (const { name, arguments: [first] = [] } of commands) {
    const parts = name.split(' ');
    for (const [index, part] of parts.entries()) add(parts.slice(0, index).join(' '), part);
    for (const choice of first?.choices ?? []) add(name, choice);
  }
  return [...byPath].map(([path, words]) => ({ path, words: [...words] }));
}

function flagsOf({ options = [] }: CommandDefinition): readonly string[] {
  const own = options.flatMap(({ flags }) => /--[a-z-]+/.exec(flags) ?? []);
  return [...own, ...commonFlags];
}
