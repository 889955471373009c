import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench } from './context.ts';
import { benchChecks } from './checks/checks.ts';
import { benchDetection } from './detection/detection.ts';
import { benchHotPaths } from './hot-paths/hot-paths.ts';
import { benchIngest } from './ingest/ingest.ts';
import { benchLeaks } from './leaks/leaks.ts';
import { benchRecovery } from './recovery/recovery.ts';
import { benchStart } from './start/start.ts';
import { benchWeight } from './weight/weight.ts';
import { benchThroughput } from './throughput/throughput.ts';
import { benchLoop } from './loop/loop.ts';
import { renderTable } from './report.ts';

const benches: Readonly<Record<string, readonly Bench[]>> = {
  loop: [benchLoop],
  throughput: [benchThroughput],
  start: [benchStart],
  weight: [benchWeight],
  'hot-paths': [benchHotPaths],
  detection: [benchDetection, benchIngest],
  ingest: [benchIngest],
  checks: [benchChecks],
  leaks: [benchLeaks],
  recovery: [benchRecovery],
};
const defaultCounts: Readonly<Record<string, number>> = { recovery: 30 };
const defaultCount = 200;

/** Part of another one, long, or in need of what has to be installed: these run only when they are asked for. */
const onRequest = new Set(['ingest', 'leaks', 'recovery']);
const byDefault = Object.keys(benches).filter((name) => !onRequest.has(name));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    count: { type: 'string' },
    apps: { type: 'string', default: 'apps' },
    profile: { type: 'string' },
    only: { type: 'string' },
    data: { type: 'string', default: process.env['CORTEX_DATA'] ?? '../shared/data' },
  },
});
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(`no benchmark is called ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`);
  process.exit(2);
}

const context = {
  appsDir: values.apps,
  profileDir: values.profile,
  only: values.only,
  dataDir: resolve(values.data),
};
for (const name of positionals.length > 0 ? positionals : byDefault) {
  const count = Number(values.count ?? defaultCounts[name] ?? defaultCount);
  for (const bench of benches[name] ?? []) {
    for (const table of await bench({ ...context, count })) {
      console.log(values.json ? JSON.stringify({ bench: name, ...table }) : renderTable(table));
    }
  }
}
