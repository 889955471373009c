export { createRedactor } from './redactor.ts';
export type { Redactor } from './redactor.ts';
export { SecretError, isSecretReference, resolveSecret, whyUnreadable } from './resolve-secret.ts';
