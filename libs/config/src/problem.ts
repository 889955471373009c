/** Every code that a configuration problem can carry, and what it means. `docs/configuration.md` lists the same. */
export const problemCodes = {
  CORTEX_CONFIG_FILE_MISSING: 'A file that the configuration needs cannot be read',
  CORTEX_CONFIG_NO_MATCH: 'A pattern of playbook files matches nothing',
  CORTEX_CONFIG_YAML_SYNTAX: 'The file is not valid YAML',
  CORTEX_CONFIG_DUPLICATE_KEY: 'A key stands twice in one mapping',
  CORTEX_CONFIG_UNKNOWN_KEY: 'A key that Cortex does not know',
  CORTEX_CONFIG_MISSING_KEY: 'A required key is missing',
  CORTEX_CONFIG_WRONG_TYPE: 'A value of the wrong kind: a text where a number belongs, a list where a mapping belongs',
  CORTEX_CONFIG_INVALID_VALUE: 'A value outside what is allowed here',
  CORTEX_CONFIG_UNSUPPORTED_VERSION: 'A configuration version that this Cortex does not read',
  CORTEX_CONFIG_EMPTY: 'An empty list, path or selector; empty never means "all"',
  CORTEX_CONFIG_BAD_DURATION: 'A length of time that cannot be read, or has no unit',
  CORTEX_CONFIG_BAD_PERCENT: 'A percent range that cannot be read',
  CORTEX_CONFIG_BAD_CONDITION: 'A condition that does not compile',
  CORTEX_CONFIG_BAD_TRIGGER: 'A trigger that names neither a metric nor a signal variable, or mixes the two',
  CORTEX_CONFIG_BAD_WINDOW: 'A time window with a wrong day or time, or without length',
  CORTEX_CONFIG_BAD_TIMEZONE: 'A time zone that does not exist',
  CORTEX_CONFIG_BAD_UNIT: 'Not the name of a systemd service unit',
  CORTEX_CONFIG_DUPLICATE_NAME: 'Two services, instances, checks, playbooks, contacts or policies share a name',
  CORTEX_CONFIG_UNKNOWN_SERVICE: 'A service that is not configured',
  CORTEX_CONFIG_UNKNOWN_INSTANCE: 'An instance that the service does not have, or that several services have',
  CORTEX_CONFIG_UNKNOWN_CONTACT: 'A contact that is not configured',
  CORTEX_CONFIG_UNKNOWN_ACTION: 'An action that no plugin provides',
  CORTEX_CONFIG_UNKNOWN_CHECK: 'A check that no plugin provides and no check is named after',
  CORTEX_CONFIG_UNKNOWN_CHANNEL: 'A channel that no plugin provides, or that the contact does not have',
  CORTEX_CONFIG_UNKNOWN_VARIABLE: 'A ${variable} that does not exist here',
  CORTEX_CONFIG_BAD_PARAMETER: 'A parameter that the action, check or channel refuses',
  CORTEX_CONFIG_ON_AMBIGUOUS_MISSING: 'A step that must say what to do when a crash hides its outcome',
  CORTEX_CONFIG_DEPENDENCY_CYCLE: 'Services that depend on each other in a circle',
  CORTEX_CONFIG_STEP_NUMBERS: 'Steps or levels that are not numbered 1, 2, 3, ...',
  CORTEX_CONFIG_ESCALATION_ORDER: 'An escalation level that comes before the one below it',
  CORTEX_CONFIG_TIMEOUT_TOO_LONG: 'A check that may still be running when it is due again',
  CORTEX_CONFIG_IMPOSSIBLE_LIMIT: 'A limit that can never be met',
} as const;

export type ProblemCode = keyof typeof problemCodes;

/** One thing that is wrong, where, and what to do about it. `line` and `column` start at 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `services[0].instances[1].host`; empty for the file itself. */
  readonly path: string;
  readonly code: ProblemCode;
  readonly message: string;
  readonly fix: string;
}

/** One problem per paragraph: `file:line:column  CODE  message`, then the fix. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems
    .map(
      ({ file, line, column, code, message, fix }) => `${file}:${line}:${column}  ${code}  ${message}\n    fix: ${fix}`,
    )
    .join('\n');
}
