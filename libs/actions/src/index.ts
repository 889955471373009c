export * from './define-action.ts';
export * from './load-actions.ts';
export * from './on-ambiguous.ts';
export * from './registry.ts';
