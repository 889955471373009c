#!/usr/bin/env node
// The patient: a real HTTP service that can fall ill in real ways. It reports its own metrics by OTLP/HTTP JSON.
//   PATIENT_PORT        where it listens
//   PATIENT_SERVICE     its name in Cortex's catalogue; PATIENT_INSTANCE its instance
//   PATIENT_OTLP_URL    where its metrics go; empty: nowhere
//   PATIENT_DATA_FILE   a file that it cannot work without: when it is damaged, /health answers 500
//   PATIENT_QUOTA       "FOLDER BYTES": reports the folder's use as disk_usage_percent, for machines without a mount to fill
// POST /fault/leak makes it hold on to memory with every tick; POST /fault/none stops that (what leaked stays leaked).
import { createServer } from 'node:http';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const port = Number(process.env.PATIENT_PORT ?? 8080);
const service = process.env.PATIENT_SERVICE ?? 'shop';
const instance = process.env.PATIENT_INSTANCE ?? `${service}-1`;
const otlpUrl = process.env.PATIENT_OTLP_URL ?? '';
const dataFile = process.env.PATIENT_DATA_FILE ?? '';
const [quotaFolder, quotaBytes] = (process.env.PATIENT_QUOTA ?? '').split(' ');
const tickMs = 250;
const leakBytesPerTick = 12 * 1024 * 1024;

const held = [];
let isLeaking = false;
let requests = 0;

const server = createServer((request, response) => {
  requests += 1;
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const path = new URL(request.url ?? '/', 'http://patient').pathname;
  if (path === '/health') {
    const problem = healthProblem();
    answer(
      problem === undefined ? 200 : 500,
      problem === undefined ? { status: 'ok' } : { status: 'failing', problem },
    );
  } else if (request.method === 'POST' && path === '/fault/leak') {
    isLeaking = true;
    answer(202, { leaking: true });
  } else if (request.method === 'POST' && path === '/fault/none') {
    isLeaking = false;
    answer(202, { leaking: false });
  } else {
    answer(200, { service, instance, pid: process.pid, requests });
  }
});

function healthProblem() {
  if (dataFile === '') return undefined;
  try {
    JSON.parse(readFileSync(dataFile, 'utf8'));
    return undefined;
  } catch (error) {
    return `cannot read ${dataFile}: ${error.message}`;
  }
}

function sizeOf(folder) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(join(folder, entry.name)).size, 0);
}

function gauge(name, unit, value, attributes = {}) {
  const timeUnixNano = String(BigInt(Date.now()) * 1_000_000n);
  return {
    name,
    unit,
    gauge: {
      dataPoints: [
        {
          timeUnixNano,
          asDouble: value,
          attributes: Object.entries(attributes).map(([key, text]) => ({ key, value: { stringValue: text } })),
        },
      ],
    },
  };
}

async function report() {
  const metrics = [gauge('process_memory_bytes', 'By', process.memoryUsage().rss)];
  if (quotaFolder)
    metrics.push(
      gauge('disk_usage_percent', '%', (100 * sizeOf(quotaFolder)) / Number(quotaBytes), { mount: quotaFolder }),
    );
  const body = {
    resourceMetrics: [
      {
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: service } },
            { key: 'service.instance.id', value: { stringValue: instance } },
          ],
        },
        scopeMetrics: [{ scope: { name: 'patient' }, metrics }],
      },
    ],
  };
  await fetch(`${otlpUrl}/v1/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(2_000),
  });
}

setInterval(() => {
  if (isLeaking) held.push(Buffer.alloc(leakBytesPerTick, 1));
  // A collector that is away costs samples, not the patient.
  if (otlpUrl !== '') report().catch(() => undefined);
}, tickMs);

server.listen(port, process.env.PATIENT_HOST ?? '127.0.0.1', () =>
  console.log(JSON.stringify({ msg: 'patient listening', service, instance, port, pid: process.pid })),
);
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => process.exit(0));
});
