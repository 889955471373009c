import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { provision } from '@cortex/bus';
import { freePort, serviceNames, startNatsServer, startServiceProcess, type ServiceName } from '@cortex/local-stack';
import { startProcess, temporaryFolder } from '@cortex/testing';
import type { BenchContext } from '../context.ts';
import { median, milliseconds, type Table } from '../report.ts';
import { writeBenchSite } from '../support/site.ts';

const runs = 5;
const readyTimeoutMs = 60_000;

/** From `cortex up` to ten ready services, on a store that exists already, and where that time goes. */
export async function benchStart({ appsDir }: BenchContext): Promise<readonly Table[]> {
  const folder = temporaryFolder('cortex-bench-');
  try {
    const configFile = writeBenchSite({ dir: folder.path, services: 10 });
    const cli = resolve(appsDir, 'cli', 'dist', 'main.js');
    const upMs = existsSync(cli) ? await timeUps(cli, configFile, join(folder.path, 'up')) : [];
    const [first = Number.NaN, ...later] = upMs;
    const parts = await timeParts({ configFile, appsDir, dir: join(folder.path, 'parts') });
    return [
      {
        title: 'Start of the whole stack: nats-server, provisioning, ten services, until all are ready',
        columns: ['cortex up', 'time'],
        rows: [
          ['first run, new store', milliseconds(first)],
          [`median of ${later.length} further runs`, milliseconds(median(later))],
          ['fastest', milliseconds(Math.min(...later))],
          ['slowest', milliseconds(Math.max(...later))],
        ],
        notes: ['Goal: 3 s, from the second run on.'],
      },
      {
        title: 'Its parts, one after the other, as one process would do them',
        columns: ['part', 'time'],
        rows: parts.map(([name, ms]) => [name, milliseconds(ms)]),
      },
    ];
  } finally {
    folder.remove();
  }
}

async function timeUps(cli: string, configFile: string, dir: string): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run <= runs; run += 1) {
    const startMs = performance.now();
    const up = startProcess([process.execPath, cli, 'up', '--config', configFile, '--dir', dir]);
    try {
      await up.waitForLine(/services are ready/, readyTimeoutMs);
      times.push(performance.now() - startMs);
    } finally {
      await up.stop(20_000);
    }
  }
  return times;
}

interface Place {
  readonly configFile: string;
  readonly appsDir: string;
  readonly dir: string;
}

async function timeParts(place: Place): Promise<readonly (readonly [string, number])[]> {
  const parts: [string, number][] = [];
  const storeDir = join(place.dir, 'nats');
  async function timed<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    const startMs = performance.now();
    const result = await run();
    parts.push([name, performance.now() - startMs]);
    return result;
  }
  const first = await startNatsServer({ storeDir });
  await provision({ servers: first.url }).finally(() => first.stop());
  const nats = await timed('nats-server, with a store', () => startNatsServer({ storeDir }));
  try {
    await timed('provisioning, all there already', () => provision({ servers: nats.url }));
    for (const name of ['decision', 'console'] as const) {
      await timed(`${name} alone`, () => startAndStop(place, nats.url, [name]));
    }
    await timed(`all ${serviceNames.length} services at once`, () => startAndStop(place, nats.url, serviceNames));
  } finally {
    await nats.stop();
  }
  return parts;
}

/** Measures only until they are ready; they are stopped behind the caller's back, before the next starts. */
async function startAndStop(place: Place, natsUrl: string, names: readonly ServiceName[]): Promise<void> {
  const ports = await Promise.all(names.map(() => freePort()));
  const services = names.map((name, index) =>
    startServiceProcess({
      name,
      entry: join(place.appsDir, name, 'dist', 'main.js'),
      port: ports[index] ?? 0,
      logFile: join(place.dir, `${name}.log`),
      restart: false,
      env: {
        CORTEX_CONFIG: place.configFile,
        CORTEX_NATS_URL: natsUrl,
        CORTEX_DATA_DIR: join(place.dir, 'data'),
      },
    }),
  );
  try {
    await Promise.all(services.map((service) => service.ready(readyTimeoutMs)));
  } finally {
    for (const service of services) service.kill('SIGKILL');
  }
}
