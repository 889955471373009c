export * from './environment.ts';
export * from './errors.ts';
export * from './load-configuration.ts';
export type * from './ports.ts';
export * from './record-files.ts';
export * from './reloadable-service.ts';
export * from './run-service.ts';
