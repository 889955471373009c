export * from './define-channel.ts';
export { DeniedAddressError } from './address-guard.ts';
export { loadChannels } from './load-channels.ts';
export { builtinChannels } from './registry.ts';
export { SecretError, resolveSecret } from './resolve-secret.ts';
