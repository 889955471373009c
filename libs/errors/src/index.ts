export { apiErrors } from './catalogue/api.ts';
export type { busErrors } from './catalogue/bus.ts';
export { configErrors } from './catalogue/config.ts';
export { errorCatalogue, errorEntry, isErrorCode } from './catalogue/error-catalogue.ts';
export type { ErrorCode } from './catalogue/error-catalogue.ts';
export type { ErrorEntry } from './catalogue/error-entry.ts';
export { CortexError } from './cortex-error.ts';
export type { CortexErrorOptions } from './cortex-error.ts';
export { errorOf, messageOf } from './thrown.ts';
