import type { ErrorEntries } from './error-entry.ts';

/** Of the command line: its input, and failed commands. */
export const cliErrors = {
  CORTEX_BACKTEST_BAD_FILE: {
    means: 'A recording cannot be read',
    cause: 'The file is no CSV of the form that backtest takes.',
    fix: 'Correct the line that the message names; docs/detection.md has the form.',
  },
  CORTEX_BACKTEST_NO_FILES: {
    means: 'There is nothing to test on',
    cause: 'The folder has no `.csv` file.',
    fix: 'Name a CSV file, or a folder of them.',
  },
  CORTEX_BACKTEST_TRAIN_DIFFERS: {
    means: 'The recording to train on has other columns than one to judge',
    cause: 'The two were recorded of different metrics, or in another order.',
    fix: 'Train on the same metrics in the same order.',
  },
  CORTEX_CLI_BAD_PARAMETER: {
    means: 'A parameter of a check cannot be read',
    cause: 'It is not of the form `key=value`, or the check does not know it.',
    fix: 'Write `--param key=value`; docs/plugins.md lists the parameters of each check.',
  },
  CORTEX_CLI_BAD_REPLICAS: {
    means: 'Not a number of replicas',
    cause: 'JetStream keeps 1, 3 or 5 copies.',
    fix: 'Use 1, 3 or 5, and as many servers.',
  },
  CORTEX_CLI_BAD_TIME: {
    means: 'A time or a length of time cannot be read',
    cause: 'A number without a unit, or a date of another form.',
    fix: 'Write `500ms`, `30s`, `5m`, `2h`, or a date like `2026-03-02T10:00:00Z`.',
  },
  CORTEX_CLI_BAD_URL: {
    means: 'Not the address of a console',
    cause: '`--url` or `CORTEX_URL` is no `http` or `https` address.',
    fix: 'Write it like `http://127.0.0.1:7780`.',
  },
  CORTEX_CLI_FAILED: {
    means: 'The command failed in a way that it does not know',
    cause: 'A full disk, a missing right, or a mistake in Cortex.',
    fix: 'Report it if the message does not help.',
  },
  CORTEX_CLI_NATS_UNREACHABLE: {
    means: 'NATS does not answer',
    cause: 'It does not run, or the address is wrong.',
    fix: 'Start it with `cortex up`, or name it with `--nats` or `CORTEX_NATS_URL`.',
  },
  CORTEX_CLI_NOT_A_CONSOLE: {
    means: 'What answers is not a Cortex console',
    cause: 'Another program listens there, or a proxy answered.',
    fix: 'Name the console with `--url` or `CORTEX_URL`.',
  },
  CORTEX_CLI_NOT_BUILT: {
    means: 'The command line is not built yet',
    cause: 'The clone is fresh, or `dist` was removed.',
    fix: 'Run `npm run build`.',
  },
  CORTEX_CLI_NOT_FOUND: {
    means: 'There is no such thing',
    cause: 'A mistyped name, id or path.',
    fix: 'List what there is, and take the name from there.',
  },
  CORTEX_CLI_REASON_MISSING: {
    means: 'A reason must be given',
    cause: 'Whoever finds the kill switch on must learn why.',
    fix: 'Add `--reason "…"`.',
  },
  CORTEX_CLI_REFUSED: {
    means: 'The console refuses with a code that this command line does not know',
    cause: 'The console is of a newer version.',
    fix: 'Do what the message says; use the command line of the same version as the console.',
  },
  CORTEX_CLI_STARTING: {
    means: 'The console is starting',
    cause: 'It has not read the state of Cortex yet.',
    fix: 'Try again in a moment.',
  },
  CORTEX_CLI_UNEXPECTED_ANSWER: {
    means: 'The console answered with what this command does not understand',
    cause: 'The console and the command line are of different versions.',
    fix: 'Use both of the same version; the message names the route and the field.',
  },
  CORTEX_CLI_UNREACHABLE: {
    means: 'The console does not answer',
    cause: 'It does not run, or the address is wrong.',
    fix: 'Start it with `cortex up`, or name it with `--url` or `CORTEX_URL`.',
  },
  CORTEX_CLI_USAGE: {
    means: 'The command was not understood',
    cause: 'An unknown command or option, or one that is missing.',
    fix: 'See `cortex --help`, or `--help` after the command.',
  },
  CORTEX_DEMO_FAILED: {
    means: 'The demo cannot go on',
    cause: 'A patient could not be started, or did not become healthy.',
    fix: 'Look into the logs under the folder of the demo; free the ports that it names.',
  },
  CORTEX_IMPORT_BAD_VALUE: {
    means: 'Not translated: Gatus would not take it either',
    cause: 'A mistake in the file of Gatus.',
    fix: 'Correct it there, and import again.',
  },
  CORTEX_IMPORT_CHANGED: {
    means: 'Translated, and stricter than in Gatus',
    cause: 'Cortex asks for more at that place.',
    fix: 'Look whether it is what you want.',
  },
  CORTEX_IMPORT_FAILED: {
    means: 'The import made a configuration that is not valid',
    cause: 'A mistake in Cortex.',
    fix: 'Report it, with the part of the file that the message names.',
  },
  CORTEX_IMPORT_LEFT_OUT: {
    means: 'Not translated: what Cortex does not ask in the same way',
    cause: 'Cortex has no such condition or setting.',
    fix: 'Do what stands behind the note, or leave it out.',
  },
  CORTEX_IMPORT_NOT_WRITTEN: {
    means: 'The configuration could not be written',
    cause: 'The file is there already, or its folder is not.',
    fix: 'Name a file that is not there yet, in a folder that is.',
  },
  CORTEX_IMPORT_UNREADABLE: {
    means: 'The file is no configuration of Gatus',
    cause: 'It is no YAML, too long, or has no endpoints.',
    fix: 'Name the file that Gatus itself reads.',
  },
  CORTEX_INIT_NOT_WRITTEN: {
    means: 'A configuration is there already',
    cause: 'A file that `cortex init` would write exists; it never writes over one.',
    fix: 'Move it away, or name another folder with `--dir`.',
  },
} as const satisfies ErrorEntries;
