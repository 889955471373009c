import type { Surroundings } from '../core/command.ts';

/** Prints the answer as it is with `-o json`, else the text made of it. */
export function show<Answer>(surroundings: Surroundings, answer: Answer, asText: (answer: Answer) => string): void {
  surroundings.print(surroundings.output === 'json' ? JSON.stringify(answer, undefined, 2) : asText(answer));
}
