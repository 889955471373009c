// The detector starts its own thread from a file beside its bundle; here that is this bundle.
export * from '@cortex-app/detector/fit-worker';
