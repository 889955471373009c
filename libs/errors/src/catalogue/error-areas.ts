import { apiErrors } from './api.ts';
import { busErrors } from './bus.ts';
import { cliErrors } from './cli.ts';
import { configErrors } from './config.ts';
import type { ErrorEntries } from './error-entry.ts';
import { pageErrors } from './page.ts';
import { pluginErrors } from './plugin.ts';
import { serviceErrors } from './service.ts';
import { stackErrors } from './stack.ts';

/** The catalogue by area, in the order in which somebody meets it. */
export const errorAreas: readonly {
  readonly title: string;
  readonly says: string;
  readonly entries: ErrorEntries;
}[] = [
  { title: 'Start', says: 'Services and `cortex up` refuse to start with these.', entries: stackErrors },
  {
    title: 'Configuration',
    says: 'Each comes with file, line, column and a fix for that place; `cortex validate` shows all of them at once.',
    entries: configErrors,
  },
  { title: 'Command line', says: 'Printed by `cortex`.', entries: cliErrors },
  {
    title: 'API',
    says: 'Answers of the console, as `application/problem+json`; `cortex` prints the same code.',
    entries: apiErrors,
  },
  { title: 'Page', says: 'Shown by the web page, when it is not the API that refused.', entries: pageErrors },
  {
    title: 'NATS',
    says: 'Of streams, buckets, leases and `cortex provision`, in logs and on the command line.',
    entries: busErrors,
  },
  {
    title: 'Checks, actions and channels',
    says: 'In logs, and as `code` in the evidence of a check that could not be made.',
    entries: pluginErrors,
  },
  { title: 'Services', says: 'In logs. Most of these the service mends by itself.', entries: serviceErrors },
];
