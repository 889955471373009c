import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startStack } from '@cortex/local-stack';
import { freePort, temporaryFolder } from '@cortex/testing';
import { connect } from '@nats-io/transport-node';
import { sumOf, type Side } from './side.ts';

/** A partition takes 3,000 series; instances are spread by their hash, so that some get more than others. */
const seriesPerPartition = 2_000;
/** With more series the heap that Node takes by default gets tight. */
const seriesOfDefaultHeap = 50_000;
export const largeHeapMib = 12_288;

export interface CortexOptions {
  readonly series: number;
  readonly appsDir: string;
  readonly profileDir: string | undefined;
}

export function partitionsFor(series: number): number {
  return Math.max(4, Math.ceil(series / seriesPerPartition));
}

/** nats-server, collector and detector, from their bundles, with rules and playbooks as they are by default. */
export async function startCortexSide({ series, appsDir, profileDir }: CortexOptions): Promise<Side> {
  const folder = temporaryFolder('cortex-bench-');
  const configFile = join(folder.path, 'cortex.yaml');
  const otlp = { host: '127.0.0.1', port: await freePort() };
  writeFileSync(configFile, JSON.stringify({ version: 1, collector: { otlp, partitions: partitionsFor(series) } }));
  const stack = await startStack({
    layout: { kind: 'processes' },
    configFile,
    dir: join(folder.path, 'cortex'),
    appsDir,
    services: ['collector', 'detector'],
    env: environmentOf(series, profileDir),
  });
  const connection = await connect({ servers: stack.natsUrl });
  const told = new Map<string, number>();
  connection.subscribe('cortex.anomaly.detected.*', {
    callback(_error, message) {
      const { instance } = message.json<{ data: { instance: string } }>().data;
      if (!told.has(instance)) told.set(instance, performance.now());
    },
  });
  await connection.flush();
  const metricsUrl = `http://127.0.0.1:${stack.services.get('detector')?.port}/metrics`;
  return {
    writeUrl: `http://${otlp.host}:${otlp.port}/api/v1/write`,
    pids() {
      const died = [...stack.services.values()].find(({ starts }) => starts > 1);
      if (died !== undefined) throw new Error(`the ${died.name} has died under the load`);
      const services = [...stack.services].map(([name, { pid = 0 }]) => [name, pid] as const);
      return new Map([...services, ['nats-server', stack.nats?.pid ?? 0]]);
    },
    told,
    taken: () => sumOf(metricsUrl, 'cortex_samples_total', 'cortex_refused_samples_total'),
    refused: () => sumOf(metricsUrl, 'cortex_refused_samples_total'),
    async stop() {
      await connection.close();
      await stack.stop();
      folder.remove();
    },
  };
}

function environmentOf(series: number, profileDir: string | undefined): Readonly<Record<string, string>> {
  const options = series > seriesOfDefaultHeap ? [`--max-old-space-size=${largeHeapMib}`] : [];
  if (profileDir === undefined) return { NODE_OPTIONS: options.join(' ') };
  options.push(`--import ${resolve('test/bench/support/profile.mjs')}`);
  return { NODE_OPTIONS: options.join(' '), BENCH_PROFILE_DIR: resolve(profileDir) };
}
