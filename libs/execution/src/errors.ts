import { CortexError } from '@cortex/errors';

/** A `${…}` in a parameter names a variable that does not exist. */
export class PlaybookTemplateError extends CortexError {
  readonly path: string;

  constructor(path: string, problem: string, known: readonly string[]) {
    super(
      'CORTEX_PLAYBOOK_TEMPLATE',
      `${path}: ${problem}. Known: ${known.map((name) => `\${${name}}`).join(', ')}; write $\${ for a plain \${`,
    );
    this.path = path;
  }
}

/** A journal entry that must not follow the present ones: a bug in the caller, or a second writer. */
export class JournalOrderError extends CortexError {
  constructor(executionId: string, problem: string) {
    super(
      'CORTEX_PLAYBOOK_JOURNAL_ORDER',
      `execution ${executionId}: ${problem}. Read the journal again and ask for the next move`,
    );
  }
}
