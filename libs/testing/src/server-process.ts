import { freePort } from '@cortex/local-stack';
import { startProcess } from './process.ts';
import type { TestProcess } from './process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A real server of this test's own: a child process on a free port, its data in a temporary folder. */
export interface TestServer {
  readonly port: number;
  /** Of the present process. */
  readonly pid: number;
  /** Its output so far. */
  readonly lines: readonly string[];
  /** SIGSTOP: it keeps its connections and answers nothing. */
  freeze(): void;
  /** SIGCONT. */
  thaw(): void;
  /** SIGKILL; the data stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; kills it first if it still runs. */
  restart(): Promise<void>;
  /** Ends it and deletes the data. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly name: string;
  /** Prepares the folder; called once. */
  readonly prepare?: (folder: string) => Promise<void>;
  readonly argv: (folder: string, port: number) => readonly string[];
  /** Resolves when it can be used. */
  readonly ready: (server: TestProcess, port: number) => Promise<unknown>;
  /** The signal that ends it at once. Default: SIGTERM. */
  readonly endSignal?: NodeJS.Signals;
}

export async function startServer({ name, prepare, argv, ready, endSignal }: ServerOptions): Promise<TestServer> {
  const folder = temporaryFolder(`cortex-${name}-`);
  const port = await freePort();
  const start = async (): Promise<TestProcess> => {
    const started = startProcess(argv(folder.path, port), { cwd: folder.path });
    try {
      await ready(started, port);
      return started;
    } catch (error) {
      await started.kill();
      throw new Error(`${name} does not get ready`, { cause: error });
    }
  };
  let server: TestProcess;
  try {
    await prepare?.(folder.path);
    server = await start();
  } catch (error) {
    folder.remove();
    throw error;
  }
  return {
    port,
    get pid() {
      return server.pid;
    },
    get lines() {
      return server.lines;
    },
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async kill() {
      await server.kill();
    },
    async restart() {
      await server.kill();
      server = await start();
    },
    async stop() {
      server.signal('SIGCONT');
      if (endSignal !== undefined) server.signal(endSignal);
      await server.stop();
      folder.remove();
    },
  };
}
