export * from './define-channel.ts';
export { loadChannels } from './load-channels.ts';
export { builtinChannels } from './registry.ts';
export { sendPage } from './send-page.ts';
