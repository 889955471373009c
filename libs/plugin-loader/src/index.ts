export * from './load-plugins.ts';
export * from './plugin-load-error.ts';
