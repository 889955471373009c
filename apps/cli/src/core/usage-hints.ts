import { nearestName } from '@cortex/conditions';
import type { CommandDefinition } from './command.ts';

/** What the parser says of a word that it does not know, with the nearest that there is. */
export function withNearestName(message: string, commands: readonly CommandDefinition[]): string {
  const command = /^unknown command '([^']+)'$/.exec(message)?.[1];
  if (command !== undefined) return message + commandHint(command, commands);
  const [, value, choices = ''] = /value '([^']*)' is invalid .*Allowed choices are (.*)\.$/s.exec(message) ?? [];
  const nearest = value === undefined ? undefined : nearestName(value, choices.split(', '));
  return nearest === undefined ? message : `${message} Did you mean ${nearest}?`;
}

/** Said of a group of commands without one of them, or with a word that is none. */
export function groupMessage(group: string, word: string | undefined, commands: readonly CommandDefinition[]): string {
  const names = commands.map(({ name }) => name).filter((name) => name.startsWith(`${group} `));
  if (word === undefined) return `${group} needs one more word: ${names.join(', ')}`;
  const nearest = nearestName(
    word,
    names.map((name) => name.slice(group.length + 1)),
  );
  const hint = nearest === undefined ? `there are ${names.join(', ')}` : `did you mean \`cortex ${group} ${nearest}\`?`;
  return `unknown command '${group} ${word}'; ${hint}`;
}

/** People type the list that they want: `cortex incidents`. */
function commandHint(word: string, commands: readonly CommandDefinition[]): string {
  const lists = commands.find(({ name }) => name === 'get')?.arguments?.[0]?.choices ?? [];
  const nearest = nearestName(word, lists);
  return nearest === undefined ? '' : `; did you mean \`cortex get ${nearest}\`?`;
}
