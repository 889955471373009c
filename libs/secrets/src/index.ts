export { createRedactor } from './redactor.ts';
export type { Redactor } from './redactor.ts';
export { SecretError, isSecretReference, resolveSecret } from './resolve-secret.ts';
export { unreadableSecrets } from './unreadable-secrets.ts';
export type { UnreadableSecret } from './unreadable-secrets.ts';
