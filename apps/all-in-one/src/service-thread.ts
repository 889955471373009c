import { CortexError } from '@cortex/errors';
import { Worker } from 'node:worker_threads';
import type { RunningService } from './running-service.ts';
import { stopRequest, type ThreadReport, type ThreadTask } from './thread-messages.ts';

const program = new URL('./service-worker.js', import.meta.url);

export interface ThreadOptions extends ThreadTask {
  /** Called when the thread ends without having been asked to. */
  readonly onCrash: (error: Error) => void;
}

/** Starts a service on a thread of its own; resolves when its app has started. */
export function startServiceThread({ onCrash, ...task }: ThreadOptions): Promise<RunningService> {
  const thread = new Worker(program, { workerData: task satisfies ThreadTask, name: task.name });
  let isReady = false;
  let isStopping = false;
  let noteStopped: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (noteStopped = resolve));
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error);
      if (!isStopping) onCrash(error);
      noteStopped();
    };
    thread.on('error', fail);
    thread.on('exit', (code) => {
      fail(new CortexError('CORTEX_SERVICE_THREAD_ENDED', `the thread of ${task.name} ended with status ${code}`));
    });
    thread.on('message', (report: ThreadReport) => {
      switch (report.is) {
        case 'started':
          resolve({
            name: task.name,
            port: report.port,
            isReady: () => isReady,
            stop() {
              isStopping = true;
              thread.postMessage(stopRequest);
              return stopped;
            },
          });
          return;
        case 'ready':
        case 'not ready':
          isReady = report.is === 'ready';
          return;
        case 'stopped':
          noteStopped();
      }
    });
  });
}
