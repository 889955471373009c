export * from './errors.ts';
export * from './next-move.ts';
export * from './record.ts';
export * from './results.ts';
export * from './rollback.ts';
export * from './template.ts';
