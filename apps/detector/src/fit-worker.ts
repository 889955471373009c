import { fitEntity, type FitRequest } from '@cortex/detection';
import { parentPort } from 'node:worker_threads';

// A thread of its own: a fit takes up to a second, in which telemetry would not be read.
parentPort?.on('message', ({ rows, options, seed }: FitRequest) => {
  parentPort?.postMessage(fitEntity(rows, options, seed));
});
