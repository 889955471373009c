import { userInfo } from 'node:os';
import { textOption, type CommandInput, type OptionDefinition } from '../core/command.ts';

export const byOption: OptionDefinition = {
  flags: '--by <name>',
  summary: 'who asks (default: CORTEX_BY, else the user of this shell)',
};

/** The name of the person, which every change carries. */
export function personOf(input: CommandInput): string {
  return textOption(input, 'by') ?? (input.context.environment['CORTEX_BY'] || undefined) ?? loginName();
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
