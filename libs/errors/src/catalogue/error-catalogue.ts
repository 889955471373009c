import { apiErrors } from './api.ts';
import { busErrors } from './bus.ts';
import { cliErrors } from './cli.ts';
import { configErrors } from './config.ts';
import type { ErrorEntry } from './error-entry.ts';
import { pageErrors } from './page.ts';
import { pluginErrors } from './plugin.ts';
import { serviceErrors } from './service.ts';
import { stackErrors } from './stack.ts';

/** Every code there is. Adding one here is what makes `new CortexError('CORTEX_…')` compile. */
export const errorCatalogue = {
  ...stackErrors,
  ...configErrors,
  ...busErrors,
  ...pluginErrors,
  ...serviceErrors,
  ...apiErrors,
  ...pageErrors,
  ...cliErrors,
};

export type ErrorCode = keyof typeof errorCatalogue;

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

export function errorEntry(code: ErrorCode): ErrorEntry {
  return errorCatalogue[code];
}
