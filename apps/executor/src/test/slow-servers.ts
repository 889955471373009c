import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { CheckDefinition, Instance } from '@cortex/contracts';
import { CheckDefinition as CheckDefinitionSchema } from '@cortex/contracts';
import { freePort } from '@cortex/testing';
import type { Workshop } from './workshop.ts';

export interface SlowServer {
  readonly instance: string;
  readonly facts: Partial<Instance>;
  readonly check: CheckDefinition;
}

/** Real servers of one service, which need some seconds from their start until they listen; none the first time. */
export class SlowServers {
  readonly all: readonly SlowServer[];
  readonly #ports: readonly number[];
  readonly #sampling = new AbortController();
  #fewest: number;
  #sampled: Promise<void> = Promise.resolve();

  private constructor(all: readonly SlowServer[], ports: readonly number[]) {
    this.all = all;
    this.#ports = ports;
    this.#fewest = ports.length;
  }

  /** Starts them, and begins to count how many serve, ten times a second, once all do. */
  static async start(workshop: Workshop, names: readonly string[], listenAfterMs: number): Promise<SlowServers> {
    const program = workshop.path('slow-server.cjs');
    writeFileSync(
      program,
      `const { appendFileSync, existsSync } = require('node:fs');
       const [port, afterMs] = process.argv.slice(2).map(Number);
       const ms = existsSync(process.env.STARTS) ? afterMs : 0;
       appendFileSync(process.env.STARTS, process.pid + '\\n');
       if (existsSync(process.env.STARTS + '.broken')) setInterval(() => {}, 1000);
       else setTimeout(() => require('node:net').createServer((socket) => socket.end()).listen(port, '127.0.0.1'), ms);`,
    );
    const ports = await Promise.all(names.map(() => freePort()));
    const all = names.map((instance, index) => {
      const port = ports[index] ?? 0;
      const startCommand = [process.execPath, program, String(port), String(listenAfterMs)];
      const env = { STARTS: workshop.path(`${instance}.starts`) };
      const pidFile = workshop.path(`${instance}.pid`);
      const child = spawn(process.execPath, startCommand.slice(1), {
        env: { ...process.env, ...env },
        detached: true,
        stdio: 'ignore',
      });
      child.unref();
      writeFileSync(pidFile, String(child.pid));
      return {
        instance,
        facts: { port, process: { pidFile, startCommand, env } },
        check: listensCheck(instance, port),
      };
    });
    const servers = new SlowServers(all, ports);
    while ((await servers.serving()) < names.length) await delay(50);
    servers.#sampled = servers.#sample();
    return servers;
  }

  /** From its next start on it never listens. */
  breakNextStart(workshop: Workshop, instance: string): void {
    writeFileSync(workshop.path(`${instance}.starts.broken`), '');
  }

  async serving(): Promise<number> {
    return (await Promise.all(this.#ports.map(listens))).filter(Boolean).length;
  }

  /** The fewest that were ever seen serving at once. */
  async fewest(): Promise<number> {
    this.#sampling.abort();
    await this.#sampled;
    return this.#fewest;
  }

  async #sample(): Promise<void> {
    while (!this.#sampling.signal.aborted) {
      this.#fewest = Math.min(this.#fewest, await this.serving());
      await delay(100);
    }
  }
}

function listensCheck(instance: string, port: number): CheckDefinition {
  return CheckDefinitionSchema.parse({
    name: 'listens',
    type: 'tcp_port',
    tier: 'shallow',
    target: { service: 'shop', instance },
    intervalMs: 1_000,
    timeoutMs: 500,
    retries: 0,
    params: { port },
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
