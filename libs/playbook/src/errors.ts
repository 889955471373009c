/** A `${…}` in a parameter that names nothing that Cortex knows. */
export class PlaybookTemplateError extends Error {
  readonly code = 'CORTEX_PLAYBOOK_TEMPLATE';
  readonly path: string;

  constructor(path: string, problem: string, known: readonly string[]) {
    super(`${path}: ${problem}. Known: ${known.map((name) => `\${${name}}`).join(', ')}; write $\${ for a plain \${`);
    this.name = 'PlaybookTemplateError';
    this.path = path;
  }
}

/** A journal entry that must not follow what the journal holds: a bug in the caller, or a second writer. */
export class JournalOrderError extends Error {
  readonly code = 'CORTEX_PLAYBOOK_JOURNAL_ORDER';

  constructor(executionId: string, problem: string) {
    super(`execution ${executionId}: ${problem}. Read the journal again and ask for the next move`);
    this.name = 'JournalOrderError';
  }
}
