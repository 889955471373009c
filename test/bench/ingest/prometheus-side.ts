import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHttpReceiver, startPrometheus, temporaryFolder } from '@cortex/testing';
import { sumOf, type Side } from './side.ts';
import { metricNames } from './workload.ts';

/** Samples that mean and deviation are taken over. */
export const windowSamples = 100;

/** A real Prometheus that takes remote write in, asks its rule of every series at each interval, and sends its alerts out. */
export async function startPrometheusSide(intervalMs: number): Promise<Side> {
  const folder = temporaryFolder('cortex-bench-rules-');
  const rulesFile = join(folder.path, 'rules.json');
  writeFileSync(rulesFile, JSON.stringify(rulesOf(intervalMs)));
  const told = new Map<string, number>();
  const receiver = await startHttpReceiver();
  receiver.answer = (response, { body }) => {
    for (const { labels } of JSON.parse(body) as { labels: { instance: string } }[]) {
      if (!told.has(labels.instance)) told.set(labels.instance, performance.now());
    }
    response.writeHead(200).end();
  };
  const configuration = {
    global: { evaluation_interval: `${intervalMs}ms` },
    rule_files: [rulesFile],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(receiver.url).host] }] }] },
  };
  const server = await startPrometheus(JSON.stringify(configuration), ['--web.enable-remote-write-receiver']);
  const metricsUrl = `${server.url}/metrics`;
  return {
    writeUrl: `${server.url}/api/v1/write`,
    pids: () => new Map([['Prometheus', server.pid]]),
    told,
    taken: () => sumOf(metricsUrl, 'prometheus_tsdb_head_samples_appended_total'),
    refused: () =>
      sumOf(metricsUrl, 'prometheus_tsdb_out_of_order_samples_total', 'prometheus_target_scrapes_sample_out_of'),
    async stop() {
      await server.stop();
      await receiver.stop();
      folder.remove();
    },
  };
}

function rulesOf(intervalMs: number) {
  const window = `${windowSamples * intervalMs}ms`;
  const rules = metricNames.map((name) => ({
    alert: `${name}_deviates`,
    expr: `abs(${name} - avg_over_time(${name}[${window}])) > 3 * stddev_over_time(${name}[${window}])`,
  }));
  return { groups: [{ name: 'deviations', interval: `${intervalMs}ms`, rules }] };
}
