import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { temporaryFolder, startProvisionedNats } from '@cortex/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';
import { loadConfiguration } from './load-configuration.ts';
import type { ServiceDefinition } from './ports.ts';
import { startService } from './start-service.ts';

const minimal = 'version: 1\nservices:\n  - name: shop\n    instances:\n      - id: shop-1\n';

describe('a service', () => {
  it('is alive at once, ready when its app has started, and serves metrics and the app’s routes', async () => {
    const nats = await startProvisionedNats();
    const folder = temporaryFolder();
    try {
      const file = join(folder.path, 'cortex.yaml');
      writeFileSync(file, minimal);
      const seen: string[] = [];
      const definition: ServiceDefinition = {
        name: 'console',
        async start(context) {
          context.serveHttp((_request, response) => void response.end(JSON.stringify({ hello: context.name })));
          return {
            beforeDrain: async () => void seen.push('beforeDrain'),
            stop: async () => void seen.push('stop'),
          };
        },
      };
      const environment = readEnvironment({
        CORTEX_NATS_URL: nats.url,
        CORTEX_CONFIG: file,
        CORTEX_DATA_DIR: folder.path,
      });
      const service = await startService(definition, {
        environment,
        config: await loadConfiguration(file),
        logger: pino({ level: 'silent' }),
      });
      const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${service.port}${path}`);
      expect((await get('/healthz')).status).toBe(200);
      expect((await get('/readyz')).status).toBe(200);
      expect(await (await get('/hello')).json()).toEqual({ hello: 'console' });
      const metrics = await (await get('/metrics')).text();
      expect(metrics).toContain('cortex_build_info');
      expect(metrics).toMatch(/cortex_bus_connected\{service="console"\} 1/);
      await nats.kill();
      await expect.poll(async () => (await get('/readyz')).status).toBe(503);
      expect((await get('/healthz')).status).toBe(200);
      await nats.restart();
      await expect.poll(async () => (await get('/readyz')).status, { timeout: 20_000 }).toBe(200);
      await service.stop();
      expect(seen).toEqual(['beforeDrain', 'stop']);
    } finally {
      await nats.stop();
      folder.remove();
    }
  });

  it('ends when the process that started it is gone, even when its stopping hangs', async () => {
    const nats = await startProvisionedNats();
    const folder = temporaryFolder();
    const file = join(folder.path, 'cortex.yaml');
    writeFileSync(file, minimal);
    const program = `
      import { runService } from ${JSON.stringify(new URL('./run-service.ts', import.meta.url).href)};
      await runService({ name: 'console', start: async () => ({ stop: () => new Promise(() => setInterval(() => {}, 1_000)) }) });
    `;
    const service = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      env: {
        ...process.env,
        CORTEX_NATS_URL: nats.url,
        CORTEX_CONFIG: file,
        CORTEX_DATA_DIR: folder.path,
        CORTEX_DRAIN_MS: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    try {
      const ended = once(service, 'exit');
      let log = '';
      service.stdout?.on('data', (chunk: Buffer) => (log += chunk.toString()));
      await expect.poll(() => log, { timeout: 20_000 }).toContain('"ready"');
      service.disconnect();
      expect(await ended).toEqual([1, null]);
      expect(log).toContain('did not stop in time');
    } finally {
      service.kill('SIGKILL');
      await nats.stop();
      folder.remove();
    }
  }, 60_000);
});
