import { join, resolve } from 'node:path';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually, startApp, startProcess, startProvisionedNats, temporaryFolder } from '@cortex/testing';
import { stringify } from 'yaml';
import type { BenchContext } from '../context.ts';
import { count, milliseconds, round, type Table } from '../report.ts';
import { cpuMs, residentMib } from '../support/proc.ts';
import { quantileBetween, sumOf, valuesOf } from './scrape.ts';

const sizes = [
  { targets: 100, holes: 0 },
  { targets: 500, holes: 0 },
  { targets: 500, holes: 50 },
  { targets: 1_000, holes: 100 },
  { targets: 5_000, holes: 0 },
  { targets: 5_000, holes: 500 },
] as const;
const intervalSeconds = 5;
const warmUpMs = 15_000;
const measureMs = 20_000;

/** Many targets at 5 s, some of which accept connections and never answer: does a check that hangs delay another one? */
export async function benchChecks({ appsDir }: BenchContext): Promise<readonly Table[]> {
  const site = startProcess([process.execPath, resolve('test/bench/checks/site.mjs')]);
  try {
    const [, webPort = '', holePort = ''] = (await site.waitForLine('ports ')).split(' ');
    const rows: (string | number)[][] = [];
    for (const size of sizes) rows.push(await measure(resolve(appsDir, 'health-checker'), size, webPort, holePort));
    return [
      {
        title: `Health checks of one health-checker: HTTP, every ${intervalSeconds} s, three retries of 100 ms`,
        columns: [
          'targets',
          'hanging',
          'checks/s',
          'wanted',
          'late p50 ≤',
          'late p99 ≤',
          'failed',
          'wronged',
          'CPU',
          'memory',
        ],
        rows,
        notes: [
          'Late: how much later than due a check began, as the bucket that holds the quantile. Goal at 500, 50 of them hanging:',
          'p99 ≤ 250 ms. Failed: rounds that did not pass. Wronged: targets that answer and are not healthy at the end, to be 0.',
          'CPU: of one core.',
          'Hanging ones take 0.6 s a round, with their retries, and begin the next no earlier than a round after.',
        ],
      },
    ];
  } finally {
    await site.stop();
  }
}

async function measure(
  app: string,
  { targets, holes }: (typeof sizes)[number],
  webPort: string,
  holePort: string,
): Promise<(string | number)[]> {
  const folder = temporaryFolder('cortex-bench-checks-');
  const nats = await startProvisionedNats();
  const answering = targets - holes;
  writeSite(folder.path, answering, holes, webPort, holePort);
  const checker = startApp(app, { natsUrl: nats.url, folder: folder.path, env: { CORTEX_LOG_LEVEL: 'info' } });
  try {
    const { port } = JSON.parse(await checker.waitForLine('"msg":"listening"')) as { port: number };
    const scrape = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    await eventually(async () => sumOf(await scrape(), 'cortex_owned_targets') === targets, { timeoutMs: 60_000 });
    await pause(warmUpMs);
    const before = await scrape();
    const cpuBeforeMs = cpuMs(checker.pid);
    const startedAtMs = performance.now();
    await pause(measureMs);
    const after = await scrape();
    const tookMs = performance.now() - startedAtMs;
    const delay = 'cortex_check_start_delay_seconds';
    const made = sumOf(after, 'cortex_checks_total') - sumOf(before, 'cortex_checks_total');
    const failed = sumOf(after, 'cortex_checks_total') - sumOf(after, 'cortex_checks_total', 'result="pass"');
    const failedBefore = sumOf(before, 'cortex_checks_total') - sumOf(before, 'cortex_checks_total', 'result="pass"');
    return [
      count(targets),
      count(holes),
      round((made / tookMs) * 1_000),
      count(targets / intervalSeconds),
      milliseconds(quantileBetween(before, after, delay, 0.5) * 1_000),
      milliseconds(quantileBetween(before, after, delay, 0.99) * 1_000),
      count(failed - failedBefore),
      count(
        answering -
          valuesOf(after, 'cortex_health_state', 'target_service="site"').filter((state) => state === 0).length,
      ),
      `${Math.round(((cpuMs(checker.pid) - cpuBeforeMs) / tookMs) * 100)} %`,
      `${Math.round(residentMib(checker.pid))} MiB`,
    ];
  } finally {
    await checker.kill();
    await nats.stop();
    folder.remove();
  }
}

function writeSite(dir: string, answering: number, hanging: number, webPort: string, holePort: string): void {
  mkdirSync(dir, { recursive: true });
  const groups = [
    { service: 'site', instances: answering, port: webPort },
    { service: 'hole', instances: hanging, port: holePort },
  ].filter(({ instances }) => instances > 0);
  const configuration = {
    version: 1,
    services: groups.map(({ service, instances }) => ({
      name: service,
      instances: Array.from({ length: instances }, (_, index) => ({ id: `${service}-${index}`, host: '127.0.0.1' })),
    })),
    checks: groups.map(({ service, port }) => ({
      name: service,
      type: 'http_endpoint',
      service,
      interval: `${intervalSeconds}s`,
      url: `http://127.0.0.1:${port}/`,
    })),
  };
  writeFileSync(join(dir, 'cortex.yaml'), stringify(configuration));
}
