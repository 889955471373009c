import type { CommandContext } from '../core/command.ts';

/** Prints the answer as it is with `-o json`, else the text made of it. */
export function show<Answer>(context: CommandContext, answer: Answer, asText: (answer: Answer) => string): void {
  context.print(context.output === 'json' ? JSON.stringify(answer, undefined, 2) : asText(answer));
}
