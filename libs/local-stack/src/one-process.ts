import { join } from 'node:path';
import { CortexError } from '@cortex/errors';
import {
  environmentOf,
  logFileOf,
  logFolder,
  lookUpThreads,
  readyTimeoutMs,
  stopGraceMs,
  type LayoutOptions,
  type RunningServices,
} from './layout.ts';
import { chooseServicePorts } from './ports.ts';
import { notReady, viewOf } from './service-process.ts';
import { portArgument, type ReadyMessage, type StackMessage } from './stack-message.ts';
import { superviseProcess } from './supervised-process.ts';

/** The app that runs all services. */
export const allInOne = 'all-in-one';

/** Starts one process with every service in it, which provisions NATS, and waits until all are ready. */
export async function startOneProcess(options: LayoutOptions): Promise<RunningServices> {
  const { names, dir, onEvent } = options;
  /** Those of the first start are those of every later one. */
  let ports = await chooseServicePorts(options);
  // What is written before the logs of the services are open, and the trace of a crash.
  const logFile = join(logFolder(dir), `${allInOne}.log`);
  let settle: (outcome: StackMessage | 'ended' | 'too late') => void = () => undefined;
  const outcome = new Promise<StackMessage | 'ended' | 'too late'>((resolve) => (settle = resolve));
  const supervised = superviseProcess({
    entry: join(options.appsDir, allInOne, 'dist', 'main.js'),
    parameters: () => names.map((name) => (ports[name] === undefined ? name : portArgument(name, ports[name]))),
    logFile,
    env: { ...environmentOf(options), ...lookUpThreads(), ...options.env },
    restart: true,
    onMessage: (message) => settle(message as unknown as StackMessage),
    onExit(description) {
      settle('ended');
      onEvent(
        `the process of all services ${description}; ${supervised.isOver ? 'it stays down' : 'it is started again'}`,
      );
    },
  });
  const timeout = setTimeout(() => settle('too late'), readyTimeoutMs);
  const first = await outcome;
  clearTimeout(timeout);
  if (typeof first === 'object' && first.type === 'ready') {
    ({ ports } = first);
    return { services: viewsOf(first), watched: first.watched, stop: () => supervised.stop(stopGraceMs) };
  }
  await supervised.stop(stopGraceMs);
  if (typeof first === 'string') throw notReady('the process of all services', logFile, supervised, readyTimeoutMs);
  throw new CortexError(first.code, first.message, first.fix === undefined ? {} : { fix: first.fix });

  function viewsOf({ ports: known }: ReadyMessage): RunningServices['services'] {
    return new Map(
      names.map((name) => [name, viewOf({ name, port: known[name], logFile: logFileOf(dir, name) }, supervised)]),
    );
  }
}
