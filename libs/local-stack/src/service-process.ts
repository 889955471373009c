import { get } from 'node:http';
import { StackError } from './errors.ts';
import type { ServiceName } from './service-names.ts';
import { superviseProcess, type SupervisedProcess, type SupervisedProcessOptions } from './supervised-process.ts';

export interface ServiceProcessOptions extends Omit<SupervisedProcessOptions, 'parameters' | 'onMessage'> {
  readonly name: ServiceName;
  readonly port: number;
}

/** One service, in a process of its own or in one with others. */
export interface ServiceProcess {
  readonly name: ServiceName;
  readonly port: number;
  readonly pid: number | undefined;
  /** Times that its process was started, the first included. */
  readonly starts: number;
  /** Resolves once `/readyz` answers 200; rejects with the end of the log when it does not in time. */
  ready(timeoutMs: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  stop(graceMs: number): Promise<void>;
}

/** Starts one service as a process of its own, which is restarted when it dies. */
export function startServiceProcess(options: ServiceProcessOptions): ServiceProcess {
  const env = { ...options.env, CORTEX_HTTP_PORT: String(options.port) };
  return viewOf(options, superviseProcess({ ...options, env }));
}

/** The service as seen through the process that it runs in. */
export function viewOf(
  service: Pick<ServiceProcessOptions, 'name' | 'port' | 'logFile'>,
  supervised: SupervisedProcess,
): ServiceProcess {
  return {
    name: service.name,
    port: service.port,
    get pid() {
      return supervised.pid;
    },
    get starts() {
      return supervised.starts;
    },
    ready: (timeoutMs) => waitUntilReady(service, timeoutMs, supervised),
    kill: (signal) => supervised.kill(signal),
    stop: (graceMs) => supervised.stop(graceMs),
  };
}

const pollMs = 25;

async function waitUntilReady(
  service: Pick<ServiceProcessOptions, 'name' | 'port' | 'logFile'>,
  timeoutMs: number,
  supervised: SupervisedProcess,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline && !supervised.isOver) {
    if (await isReady(service.port)) return;
    await new Promise((resume) => setTimeout(resume, pollMs));
  }
  throw notReady(service.name, service.logFile, supervised, timeoutMs);
}

/** `fetch` would cost this process 10 MiB. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/readyz', timeout: 1_000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}

/** With the last words of the process. */
export function notReady(what: string, logFile: string, { tail }: SupervisedProcess, timeoutMs: number): StackError {
  return new StackError(
    'CORTEX_STACK_NOT_READY',
    `${what} did not become ready within ${timeoutMs / 1000} s; its last words:\n    ${tail.join('\n    ')}`,
    `read ${logFile}`,
  );
}
