import type { ErrorEntries } from './error-entry.ts';

/** Of starting Cortex: its environment, its processes, and the NATS server beside them. */
export const stackErrors = {
  CORTEX_CONFIGURATION_INVALID: {
    means: 'The configuration is not usable, so nothing was started',
    cause: 'One or more of the mistakes of a configuration, each with file, line and column.',
    fix: 'Correct every place that the report names; `cortex validate` shows the same report.',
  },
  CORTEX_SERVICE_DRAIN: {
    means:
      'A service could not take a changed configuration, because what is under way did not end in time; it starts anew',
    cause: 'A step of a playbook takes longer than five minutes.',
    fix: 'Nothing: the started process runs the changed configuration, and takes the work up from its journal.',
  },
  CORTEX_SERVICE_THREAD_ENDED: {
    means: 'A service that runs on a thread of the one process has ended, so the process ends, and starts anew',
    cause: 'A plugin or a defect ended the thread; what it said last is in `all-in-one.log`.',
    fix: 'Mend the plugin, or report the defect; `cortex up --processes` keeps the other services apart from it.',
  },
  CORTEX_ENVIRONMENT_INVALID: {
    means: 'The environment of the process is wrong',
    cause: 'A variable has a value that it cannot have.',
    fix: 'Correct or unset the variables that the message names; docs/operations.md lists them all.',
  },
  CORTEX_NATS_NOT_FOUND: {
    means: 'nats-server is not installed',
    cause: 'It is not on the `PATH`.',
    fix: 'Install it (`apt-get install nats-server`, `brew install nats-server`), or give the address of a running one.',
  },
  CORTEX_NATS_NOT_READY: {
    means: 'nats-server did not come up',
    cause: 'Its port belongs to another process, or its store cannot be written.',
    fix: 'Look into its log, free the port, or choose another one.',
  },
  CORTEX_STACK_NOT_BUILT: {
    means: 'The bundles of services are missing',
    cause: 'The clone is fresh, or `dist` was removed.',
    fix: 'Run `npm run build`.',
  },
  CORTEX_STACK_NOT_READY: {
    means: 'A service did not become ready',
    cause: 'It failed at its start; the message has its last words.',
    fix: 'Read the log that is named.',
  },
  CORTEX_STACK_RUNNING: {
    means: 'A stack already runs in this folder',
    cause: 'An earlier `cortex up` or demo was not ended.',
    fix: 'End it with `cortex stop` or Ctrl-C, or choose another folder with `--dir`.',
  },
} as const satisfies ErrorEntries;
