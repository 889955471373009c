export * from './define-check.ts';
export * from './leftovers.ts';
export * from './load-checks.ts';
export * from './registry.ts';
export * from './run-check.ts';
