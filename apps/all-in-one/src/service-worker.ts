import { createLogger, readConfiguration, startReloadableService } from '@cortex/service';
import { parentPort, workerData } from 'node:worker_threads';
import { loadService } from './services.ts';
import { stopRequest, type ThreadReport, type ThreadTask } from './thread-messages.ts';

/** How often a thread looks whether its readiness has changed. */
const readinessPollMs = 250;
const readinessPollAtStartMs = 10;

// One service on a thread of its own. Whatever is thrown here ends the thread, and the process with it.
const { name, environment } = workerData as ThreadTask;
const tell = (report: ThreadReport): void => parentPort?.postMessage(report);
const logger = createLogger(name, environment);
const definition = await loadService(name);
const read = await readConfiguration(environment.CORTEX_CONFIG, definition.plugins);
const service = await startReloadableService(definition, { environment, read, logger });
service.failed.catch((error: unknown) =>
  setImmediate(() => {
    throw error;
  }),
);
tell({ is: 'started', port: service.port });

let wasReady = false;
function tellReadiness(): void {
  const isReady = service.isReady();
  if (isReady !== wasReady) tell({ is: isReady ? 'ready' : 'not ready' });
  if (isReady && !wasReady) slowDown();
  wasReady = isReady;
}
let poll = setInterval(tellReadiness, readinessPollAtStartMs);
function slowDown(): void {
  clearInterval(poll);
  poll = setInterval(tellReadiness, readinessPollMs);
}

async function stop(): Promise<void> {
  clearInterval(poll);
  await service.stop();
  tell({ is: 'stopped' });
  parentPort?.close();
}
parentPort?.on('message', (message) => {
  if (message === stopRequest) void stop();
});
