export * from './define-action.ts';
export * from './load-actions.ts';
export * from './on-ambiguous.ts';
export { ActionKilledError } from './own-process/in-own-process.ts';
export type { ActionProgram } from './own-process/action-processes.ts';
export { serveAction } from './own-process/serve-action.ts';
export * from './registry.ts';
