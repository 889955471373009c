import type { ErrorEntries } from './error-entry.ts';

/** Of the user's YAML. Each problem also has its file, line and column, and a fix for that place. */
export const configErrors = {
  CORTEX_CONFIG_FILE_MISSING: {
    means: 'A file that the configuration needs cannot be read',
    cause: 'It is not there, or not readable for the user of the process.',
    fix: 'Create the file, or correct the path.',
  },
  CORTEX_CONFIG_SECRET_UNREADABLE: {
    means: 'A secret that the configuration refers to cannot be read',
    cause: 'The variable is not set for this process, or the file is not there, empty or not readable.',
    fix: 'Set the variable or write the file where the services run, or correct the reference.',
  },
  CORTEX_CONFIG_PAGE_LINK: {
    means: 'The links in pages lead to where their readers cannot go',
    cause: 'Pages leave the machine, and `console.public_url` is missing or is a loopback address.',
    fix: 'Set `console.public_url` to the address under which people reach the console.',
  },
  CORTEX_CONFIG_NO_MATCH: {
    means: 'A pattern of playbook files matches nothing',
    cause: 'A mistyped path, which counts from the folder of the configuration.',
    fix: 'Correct the pattern, or leave it out.',
  },
  CORTEX_CONFIG_YAML_SYNTAX: {
    means: 'The file is not valid YAML',
    cause: 'Indentation, a quote or a bracket.',
    fix: 'Look at the line, and at the one before.',
  },
  CORTEX_CONFIG_DUPLICATE_KEY: {
    means: 'A key stands twice in one mapping',
    cause: 'A part was copied; YAML would silently take the last.',
    fix: 'Remove one.',
  },
  CORTEX_CONFIG_UNKNOWN_KEY: {
    means: 'A key that Cortex does not know',
    cause: 'A mistyped key, or one in the wrong place.',
    fix: 'Use one of the keys that the fix names.',
  },
  CORTEX_CONFIG_MISSING_KEY: {
    means: 'A required key is missing',
    cause: 'It was left out, or stands one level too deep.',
    fix: 'Add it.',
  },
  CORTEX_CONFIG_WRONG_TYPE: {
    means: 'A value of the wrong kind: a text where a number belongs, a list where a mapping belongs',
    cause: 'Quotes round a number, none round a text of digits, or a forgotten dash.',
    fix: 'Write the kind that the message names.',
  },
  CORTEX_CONFIG_INVALID_VALUE: {
    means: 'A value outside what is allowed here',
    cause: 'A mistyped word, or a number out of range.',
    fix: 'Use a value that the fix names.',
  },
  CORTEX_CONFIG_UNSUPPORTED_VERSION: {
    means: 'A configuration version that this Cortex does not read',
    cause: 'The file is for another version of Cortex.',
    fix: 'Write `version: 1`.',
  },
  CORTEX_CONFIG_EMPTY: {
    means: 'An empty list, path or selector; empty never means "all"',
    cause: 'A key without a value, or a template that filled in nothing.',
    fix: 'Give it a value, or delete the key.',
  },
  CORTEX_CONFIG_BAD_DURATION: {
    means: 'A length of time that cannot be read, or has no unit',
    cause: 'A plain number: seconds and milliseconds would both be a guess.',
    fix: 'Write `100ms`, `30s`, `5m` or `1h30m`.',
  },
  CORTEX_CONFIG_BAD_PERCENT: {
    means: 'A percent range that cannot be read',
    cause: 'No `%`, or a range whose end comes first.',
    fix: 'Write `5%` or `5-10%`.',
  },
  CORTEX_CONFIG_BAD_CONDITION: {
    means: 'A condition that does not compile',
    cause: 'A mistake in its syntax, or a variable that does not exist.',
    fix: 'Correct the character that the message names.',
  },
  CORTEX_CONFIG_UNKNOWN_METRIC: {
    means: 'A warning: nothing that is configured sends a metric of this name',
    cause: 'A mistyped name, or a metric that arrives by OTLP or remote write and is known only then.',
    fix: 'Compare the name with what is sent. `cortex get metrics` tells which awaited metrics have arrived.',
  },
  CORTEX_CONFIG_NEVER_USED: {
    means: 'A warning: this part of the configuration cannot take effect',
    cause: 'It is limited to an environment, a service or a category that nothing here belongs to.',
    fix: 'Correct the name, or take the part away.',
  },
  CORTEX_CONFIG_PROVES_NOTHING: {
    means: 'A warning: nothing would show that this playbook helped',
    cause: 'It has no `verification.check`, and no health check looks at the services that it is for.',
    fix: 'Add a condition over a metric, or a check. Without, only the source of its signals can say that they are over.',
  },
  CORTEX_CONFIG_BAD_TRIGGER: {
    means: 'A trigger that names neither a metric nor a signal variable, or mixes the two',
    cause: 'A trigger compares either metrics or what a signal says, for they come at different times.',
    fix: 'Write one trigger for each.',
  },
  CORTEX_CONFIG_BAD_WINDOW: {
    means: 'A time window with a wrong day or time, or without length',
    cause: 'Days are `mon` to `sun`, times are of 24 hours, and `from` and `to` differ.',
    fix: 'Correct the day or the time.',
  },
  CORTEX_CONFIG_BAD_TIMEZONE: {
    means: 'A time zone that does not exist',
    cause: 'An abbreviation, or a mistyped city.',
    fix: 'Use an IANA name such as `Europe/Berlin`.',
  },
  CORTEX_CONFIG_BAD_ACCOUNT: {
    means: 'A user or group is neither a name nor a number',
    cause: 'It holds characters that names of users and groups do not have.',
    fix: 'Write the name as /etc/passwd or /etc/group has it, such as www-data, or its number.',
  },
  CORTEX_CONFIG_BAD_UNIT: {
    means: 'Not the name of a systemd service unit',
    cause: 'The ending `.service` is missing, or it is a unit of another kind.',
    fix: 'Write it like `nginx.service`.',
  },
  CORTEX_CONFIG_DUPLICATE_NAME: {
    means: 'Two services, instances, checks, playbooks, contacts or policies share a name',
    cause: 'A part was copied.',
    fix: 'Give each its own name.',
  },
  CORTEX_CONFIG_UNKNOWN_SERVICE: {
    means: 'A service that is not configured',
    cause: 'A mistyped name, or the service was removed.',
    fix: 'Use one of the services of the configuration, or add it.',
  },
  CORTEX_CONFIG_UNKNOWN_INSTANCE: {
    means: 'An instance that the service does not have, or that several services have',
    cause: 'A mistyped name, or no `service` beside it.',
    fix: 'Correct the name, or name the service too.',
  },
  CORTEX_CONFIG_UNKNOWN_CONTACT: {
    means: 'A contact that is not configured',
    cause: 'A mistyped name, or the contact was removed.',
    fix: 'Use one of `escalation.contacts`, or add it.',
  },
  CORTEX_CONFIG_UNKNOWN_ACTION: {
    means: 'An action that no plugin provides',
    cause: 'A mistyped name, or its plugin folder is not under `plugins`.',
    fix: 'Use one that `cortex plugins` lists.',
  },
  CORTEX_CONFIG_UNKNOWN_CHECK: {
    means: 'A check that no plugin provides and no check is named after',
    cause: 'A mistyped name, or its plugin folder is not under `plugins`.',
    fix: 'Use one that `cortex plugins` lists, or the name of a configured check.',
  },
  CORTEX_CONFIG_UNKNOWN_CHANNEL: {
    means: 'A channel that no plugin provides, or that the contact does not have',
    cause: 'A mistyped name, or the contact has other channels.',
    fix: 'Use one that the contact has; `cortex plugins` lists the types.',
  },
  CORTEX_CONFIG_UNKNOWN_VARIABLE: {
    means: 'A ${variable} that does not exist here',
    cause: 'A mistyped variable, or the instance lacks the key that it stands for.',
    fix: 'Use one that the message lists, or give the instance that key.',
  },
  CORTEX_CONFIG_BAD_PARAMETER: {
    means: 'A parameter that the action, check or channel refuses',
    cause: 'A mistyped parameter, or a value of the wrong kind.',
    fix: 'Use the form that the fix names; docs/plugins.md lists the parameters.',
  },
  CORTEX_CONFIG_ON_AMBIGUOUS_MISSING: {
    means: 'A step that must say what to do when a crash hides its outcome',
    cause: 'Only whoever writes the playbook knows whether the action may run twice.',
    fix: 'Add `on_ambiguous: retry` or `on_ambiguous: escalate`.',
  },
  CORTEX_CONFIG_DEPENDENCY_CYCLE: {
    means: 'Services that depend on each other in a circle',
    cause: 'A `depends_on` that points back.',
    fix: 'Remove one of the arrows that the message names.',
  },
  CORTEX_CONFIG_STEP_NUMBERS: {
    means: 'Steps or levels that are not numbered 1, 2, 3 and so on',
    cause: 'A step was moved, added or removed.',
    fix: 'Number them anew.',
  },
  CORTEX_CONFIG_ESCALATION_ORDER: {
    means: 'An escalation level that comes before the one below it',
    cause: 'Delays count from the trigger, not from the level before.',
    fix: 'Give the level a longer delay than the one below.',
  },
  CORTEX_CONFIG_TIMEOUT_TOO_LONG: {
    means: 'A check that may still be running when it is due again',
    cause: 'Timeout and retries together are longer than the interval.',
    fix: 'Make the timeout shorter, or the interval longer.',
  },
  CORTEX_CONFIG_IMPOSSIBLE_LIMIT: {
    means: 'A limit that can never be met',
    cause: 'A service has fewer instances than must stay healthy.',
    fix: 'Lower the limit, or add instances.',
  },
} as const satisfies ErrorEntries;
