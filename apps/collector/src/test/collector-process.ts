import { bundleApp, startApp, temporaryFolder } from '@cortex/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const app = fileURLToPath(new URL('../..', import.meta.url));

/** A collector that runs as a process of its own. */
export interface CollectorProcess {
  /** Its address for telemetry. */
  readonly url: string;
  readonly lines: readonly string[];
  /** The sum over the series of `/metrics` that begin like this; 0 where there is none. */
  metric(start: string): Promise<number>;
  stop(): Promise<number | NodeJS.Signals>;
}

/** Starts a collector; `collector` is that section of the configuration, without the port. */
export async function startCollectorProcess(
  natsUrl: string,
  collector: Readonly<Record<string, unknown>> = {},
): Promise<CollectorProcess> {
  const folder = temporaryFolder('cortex-collector-');
  const config = join(folder.path, 'cortex.yaml');
  const services = [{ name: 'shop', instances: [{ id: 'shop-1' }] }];
  writeFileSync(config, JSON.stringify({ version: 1, services, collector: { ...collector, otlp: { port: 0 } } }));
  await bundleApp(app);
  const running = startApp(app, { natsUrl, folder: folder.path, env: { CORTEX_HTTP_PORT: '0' } });
  const portIn = async (line: string): Promise<number> =>
    (JSON.parse(await running.waitForLine(line, 40_000)) as { port: number }).port;
  const url = `http://127.0.0.1:${await portIn('"otlp listening"')}`;
  const metricsUrl = `http://127.0.0.1:${await portIn('"msg":"listening"')}/metrics`;
  return {
    url,
    lines: running.lines,
    async metric(start) {
      const text = await (await fetch(metricsUrl)).text();
      const lines = text.split('\n').filter((line) => line.startsWith(start));
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    async stop() {
      const code = await running.stop();
      folder.remove();
      return code;
    },
  };
}
