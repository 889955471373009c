import { join, resolve } from 'node:path';
import { provision } from '@cortex/bus';
import { startNatsServer, startStack } from '@cortex/local-stack';
import { startProcess, type TestProcess } from '@cortex/testing';
import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { savePayloads, type Payloads } from './baseline/payloads.ts';

/** Something that answers an anomaly with an action. */
export interface Side {
  readonly connection: NatsConnection;
  /** Its processes, by what they do. */
  readonly pids: Readonly<Record<'nats' | 'decision' | 'executor', number>>;
  stop(): Promise<void>;
}

export interface CortexOptions {
  readonly dir: string;
  readonly configFile: string;
  readonly appsDir: string;
  /** Where each service leaves a CPU profile when it stops. */
  readonly profileDir: string | undefined;
}

/** The real services of the critical path as processes: decision and executor. */
export async function startCortex(options: CortexOptions): Promise<Side> {
  const { profileDir, ...where } = options;
  const env = profileDir === undefined ? {} : profiling(profileDir);
  const stack = await startStack({ ...where, layout: { kind: 'processes' }, env, services: ['decision', 'executor'] });
  const connection = await connect({ servers: stack.natsUrl });
  const pidOf = (name: 'decision' | 'executor'): number => stack.services.get(name)?.pid ?? 0;
  return {
    connection,
    pids: { nats: stack.nats?.pid ?? 0, decision: pidOf('decision'), executor: pidOf('executor') },
    async stop() {
      await connection.close();
      await stack.stop();
    },
  };
}

function profiling(dir: string): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import ${resolve('test/bench/support/profile.mjs')}`, BENCH_PROFILE_DIR: resolve(dir) };
}

/** Two plain Node processes that ask the same of a NATS server of their own, and do nothing else. */
export async function startBaseline(dir: string, payloads: Payloads): Promise<Side> {
  const nats = await startNatsServer({ storeDir: join(dir, 'nats') });
  try {
    await provision({ servers: nats.url });
    const payloadFile = join(dir, 'payloads.json');
    savePayloads(payloadFile, payloads);
    const start = (name: string): TestProcess => {
      const file = resolve('test/bench/loop/baseline', `${name}.ts`);
      return startProcess([process.execPath, '--import', 'tsx', file, nats.url, payloadFile]);
    };
    const [decision, executor] = [start('decision'), start('executor')];
    const processes = [decision, executor];
    await Promise.all(processes.map((one) => one.waitForLine('ready')));
    const connection = await connect({ servers: nats.url });
    return {
      connection,
      pids: { nats: nats.pid, decision: decision.pid, executor: executor.pid },
      async stop() {
        await connection.close();
        await Promise.all(processes.map((one) => one.stop()));
        await nats.stop();
      },
    };
  } catch (error) {
    await nats.stop();
    throw error;
  }
}
