import type { ErrorEntries } from './error-entry.ts';

/** Errors of the console's web page that do not come from the API. */
export const pageErrors = {
  CORTEX_PAGE_FAILED: {
    means: 'The page itself failed',
    cause: 'A mistake in the page, or an answer of another version of the console.',
    fix: 'Reload the page; report it if it happens again.',
  },
  CORTEX_PAGE_OFFLINE: {
    means: 'The console does not answer',
    cause: 'It is down, or the network is.',
    fix: 'Nothing: the page tries again by itself.',
  },
  CORTEX_PAGE_UNEXPECTED: {
    means: 'Something answered that is no Cortex console',
    cause: 'A proxy between the page and the console answered instead.',
    fix: 'Look at the log of the console and of the proxy.',
  },
} as const satisfies ErrorEntries;
