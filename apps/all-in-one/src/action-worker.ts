// The executor starts the process of an action from a file beside its bundle; here that is this bundle.
export * from '@cortex-app/executor/action-worker';
