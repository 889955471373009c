import type { ErrorEntries } from './error-entry.ts';

/** Of checks, actions and channels, of the conditions in playbooks, and of what all of them use. */
export const pluginErrors = {
  CORTEX_ACTION_FAILED: {
    means: 'An action could not do what it should',
    cause: 'The target changed while the action worked, or refused it; the message says which.',
    fix: 'Look at the target. The playbook goes on as its step says, and Cortex verifies what came of it.',
  },
  CORTEX_ACTION_INVALID: {
    means: 'The declaration of an action is not complete',
    cause: 'A plugin declares something that needs a part that it does not have.',
    fix: 'Add the part that the message names; CONTRIBUTING.md has the list.',
  },
  CORTEX_ACTION_LOAD: {
    means: 'An action of a plugin folder cannot be used',
    cause: 'A syntax error, another form, or a name that is taken.',
    fix: 'Correct the file that the message names.',
  },
  CORTEX_ACTION_NO_SERVICE_FACTS: {
    means: 'Nothing says how the instance is run',
    cause: 'The instance has neither `process` nor `systemd` in the configuration.',
    fix: 'Give the instance one of both.',
  },
  CORTEX_CHANNEL_LOAD: {
    means: 'A channel of a plugin folder cannot be used',
    cause: 'A syntax error, another form, or a name that is taken.',
    fix: 'Correct the file that the message names.',
  },
  CORTEX_CHECK_CACHE: {
    means: 'The cache, or the way to it, failed',
    cause: 'It is down, refuses the login, or answers with an error.',
    fix: 'Look at the cache.',
  },
  CORTEX_CHECK_LOAD: {
    means: 'A check of a plugin folder cannot be used',
    cause: 'A syntax error, another form, or a name that is taken.',
    fix: 'Correct the file that the message names.',
  },
  CORTEX_CHECK_NOT_MADE: {
    means: 'A check could not be made, which proves nothing about the target',
    cause: 'Its parameters do not fit the target, or the machine lacks what the check needs.',
    fix: 'Correct the parameter that the message names, or run the check where it can be made.',
  },
  CORTEX_CHECK_POSTGRES: {
    means: 'Postgres, or the way to it, failed',
    cause: 'It is down, refuses the login, or answers with an error.',
    fix: 'Look at the database, and at the rights of the user of the check.',
  },
  CORTEX_CHECK_QUEUE: {
    means: 'The queue does not do what it is there for',
    cause: 'It is down, refuses the login, or lost or changed a message.',
    fix: 'Look at the broker.',
  },
  CORTEX_CHECK_RESTORE: {
    means: 'A backup cannot be restored',
    cause: 'It is damaged or incomplete, or made by a newer Postgres.',
    fix: 'Make a new backup, and look at what made this one.',
  },
  CORTEX_CHECK_VARIABLE: {
    means: 'A step of a workflow uses a variable that no step has captured',
    cause: 'The step that captures it failed, or comes later.',
    fix: 'Capture it in an earlier step.',
  },
  CORTEX_CONDITION_INVALID: {
    means: 'A condition cannot be compiled',
    cause: 'A mistake in its syntax, or a variable that does not exist.',
    fix: 'Correct the character that the message names; docs/configuration.md has the language.',
  },
  CORTEX_DURATION_INVALID: {
    means: 'A length of time cannot be read',
    cause: 'A number without a unit, or an unknown unit.',
    fix: 'Write a number with a unit: `100ms`, `30s`, `5m`, `1h30m`.',
  },
  CORTEX_OUTBOUND_LOOKUPS_BUSY: {
    means: 'A name was not looked up',
    cause: 'Too many other names wait for name servers that do not answer.',
    fix: 'Mend the name servers of the machine, or use addresses.',
  },
  CORTEX_OUTBOUND_NO_ADDRESS: {
    means: 'A host name has no address',
    cause: 'The name server knows the name, but no address of it.',
    fix: 'Correct the name, or its records.',
  },
  CORTEX_OUTBOUND_REFUSED: {
    means: 'A connection that must not be made was refused',
    cause: 'The address is link-local, of cloud metadata, or private where the policy forbids that.',
    fix: 'Correct the address; `safety.outbound` says which private ones are allowed.',
  },
  CORTEX_PERCENT_INVALID: {
    means: 'A percent range cannot be read',
    cause: 'A number without `%`, or a range whose end comes first.',
    fix: 'Write a percentage or a range: `5%` or `5-10%`.',
  },
  CORTEX_SECRET_UNREADABLE: {
    means: 'A secret cannot be read',
    cause: 'The variable is not set for the service, or the file is missing, empty, too large or not readable.',
    fix: 'Set the variable for the service that needs it, or make the file readable; or correct the reference.',
  },
  CORTEX_SIZE_INVALID: {
    means: 'A size cannot be read',
    cause: 'An unknown unit, or no number.',
    fix: 'Write a number with a unit: `512B`, `100MB`, `2GiB`.',
  },
} as const satisfies ErrorEntries;
