import { maxPayloadBytes } from '@cortex/contracts';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endWithParent } from './end-with-parent.ts';
import { StackError } from './errors.ts';
import { freePort } from './free-port.ts';

export interface NatsServerOptions {
  /** The folder of JetStream's files; created if absent. */
  readonly storeDir: string;
  /** 0 or absent picks a free one. */
  readonly port?: number;
  /** Appended to; absent keeps the output quiet. */
  readonly logFile?: string;
  /** HTTP monitoring on the loopback, for `nats_durability`; absent leaves it off. */
  readonly monitorPort?: number;
}

/** A nats-server of our own: a child process on the loopback. */
export interface NatsServer {
  /** `nats://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly version: string;
  /** Settles when the process is gone, however it ended. */
  readonly exited: Promise<void>;
  /** Ends it in order; by force after 10 s. */
  stop(): Promise<void>;
  /** Ends it by SIGKILL, as a power failure would. */
  kill(): Promise<void>;
}

/** JetStream reserves the size limit of every stream; this is enough for all of them, not the space used. */
const maxFileStore = '64GB';
const maxMemoryStore = '256MB';
const startTimeoutMs = 20_000;
const stopGraceMs = 10_000;

/** Starts nats-server with JetStream on the given store and waits until it answers. */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const binary = findNatsServer();
  const version = await versionOf(binary);
  const wanted = options.port ?? 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(binary, version, wanted === 0 ? await freePort() : wanted, options);
    } catch (error) {
      // A port that was free a moment ago may be taken by now.
      if (wanted !== 0 || attempt >= 3) throw error;
    }
  }
}

/** The path of nats-server, from PATH or from where Linux distributions put daemons. */
function findNatsServer(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, '/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']) {
    const path = join(folder, 'nats-server');
    if (existsSync(path)) return path;
  }
  throw new StackError(
    'CORTEX_NATS_NOT_FOUND',
    'nats-server is not installed',
    'install it ("apt-get install nats-server", "brew install nats-server", or from nats.io), or give the address of a running one',
  );
}

/** The installed nats-server. Throws `CORTEX_NATS_NOT_FOUND` when there is none. */
export async function installedNatsServer(): Promise<{ readonly path: string; readonly version: string }> {
  const path = findNatsServer();
  return { path, version: await versionOf(path) };
}

async function versionOf(binary: string): Promise<string> {
  const { stdout } = await promisify(execFile)(binary, ['--version'], { timeout: 10_000 });
  return /v?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1] ?? 'unknown';
}

/** The configuration file. Only 2.10 and later can sync before they ack, and earlier ones refuse the option. */
export function natsConfiguration(settings: {
  readonly name: string;
  readonly port: number;
  readonly storeDir: string;
  readonly version: string;
  readonly monitorPort?: number | undefined;
}): string {
  const [major = 0, minor = 0] = settings.version.split('.').map(Number);
  const canSync = major > 2 || (major === 2 && minor >= 10);
  return [
    `server_name: ${JSON.stringify(settings.name)}`,
    `listen: "127.0.0.1:${settings.port}"`,
    ...(settings.monitorPort === undefined ? [] : [`http: "127.0.0.1:${settings.monitorPort}"`]),
    `max_payload: ${maxPayloadBytes}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(settings.storeDir)}`,
    `  max_file_store: ${maxFileStore}`,
    `  max_memory_store: ${maxMemoryStore}`,
    ...(canSync ? ['  sync_interval: always'] : []),
    '}',
    '',
  ].join('\n');
}

async function launch(binary: string, version: string, port: number, options: NatsServerOptions): Promise<NatsServer> {
  const storeDir = resolve(options.storeDir);
  mkdirSync(storeDir, { recursive: true });
  const name = `cortex-${randomUUID()}`;
  const configuration = join(storeDir, 'nats-server.conf');
  writeFileSync(configuration, natsConfiguration({ name, port, storeDir, version, monitorPort: options.monitorPort }));
  const log = options.logFile === undefined ? 'ignore' : openSync(options.logFile, 'a');
  // A group of its own: Ctrl-C in the terminal must not end the server before the services that still need it.
  const child = spawn(binary, ['--config', configuration], { detached: true, stdio: ['ignore', log, log] });
  if (typeof log === 'number') closeSync(log);
  const exited = new Promise<void>((done) => {
    child.once('exit', () => done());
    child.once('error', () => done());
  });
  // Should this process end without stopping it, the server ends with it.
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  void exited.then(() => process.off('exit', endWithUs));
  if (child.pid !== undefined) endWithParent(child.pid, exited);
  try {
    await untilItAnswers(child, port, name);
  } catch (error) {
    await end(child, exited, 'SIGKILL');
    throw error;
  }
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    version,
    exited,
    stop: () => end(child, exited, 'SIGTERM'),
    kill: () => end(child, exited, 'SIGKILL'),
  };
}

async function end(child: ChildProcess, exited: Promise<void>, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
  await exited;
  clearTimeout(force);
}

/** Reads the greeting until it has our name: another server may have taken the port. */
async function untilItAnswers(child: ChildProcess, port: number, name: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  let seen: string | undefined;
  while (Date.now() < deadline) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) break;
    seen = await greetingName(port);
    if (seen === name) return;
    await pause(20);
  }
  throw new StackError(
    'CORTEX_NATS_NOT_READY',
    seen === undefined
      ? `nats-server did not come up on port ${port}`
      : `port ${port} belongs to another NATS server ("${seen}")`,
    'look into its log, free the port, or choose another one',
  );
}

/** The `server_name` that a NATS server sends to a new connection, or undefined when none answers. */
function greetingName(port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    let text = '';
    const finish = (answer: string | undefined): void => {
      socket.destroy();
      done(answer);
    };
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) finish(/"server_name":"([^"]*)"/.exec(text)?.[1]);
      else if (text.length > 65_536) finish(undefined);
    });
    socket.once('error', () => finish(undefined));
    socket.once('timeout', () => finish(undefined));
    socket.once('close', () => finish(undefined));
  });
}
