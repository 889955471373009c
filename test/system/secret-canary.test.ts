import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import { healthChecked } from '@cortex/contracts';
import type { CheckOutcome } from '@cortex/contracts';
import { startStack } from '@cortex/local-stack';
import type { Stack } from '@cortex/local-stack';
import { eventually, silentLogger, startProcess, temporaryFolder } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { canary, canaryForms, filesBelow, singing } from './support/canary.ts';
import { startCanarySite } from './support/canary-site.ts';
import type { CanarySite } from './support/canary-site.ts';

const folder = temporaryFolder('cortex-canary-');
const secrets = temporaryFolder('cortex-canary-secrets-');
const configFile = join(folder.path, 'cortex.yaml');
let site: CanarySite;
let stack: Stack;
let bus: Bus;
const outcomes = new Map<string, CheckOutcome>();

beforeAll(async () => {
  site = await startCanarySite(secrets.path);
  const checks = site.checks.map(({ name, type, params }) => ({
    name,
    type,
    params,
    service: 'shop',
    interval: type === 'backup_integrity' ? '20s' : '2s',
    retries: 0,
    timeout: type === 'backup_integrity' ? '15s' : '1500ms',
  }));
  const services = [{ name: 'shop', instances: [{ id: 'shop-1' }] }];
  writeFileSync(configFile, stringify({ version: 1, services, checks }));
  stack = await startStack({
    layout: { kind: 'processes' },
    configFile,
    dir: join(folder.path, 'stack'),
    appsDir: 'apps',
    consolePort: 0,
    services: ['auditor', 'health-checker', 'decision', 'escalator', 'learner', 'console'],
    env: { ...site.env, CORTEX_LOG_LEVEL: 'debug' },
  });
  bus = await connectBus({ servers: stack.natsUrl, source: '/cortex/test', name: 'test', logger: silentLogger });
  await bus.read({
    event: healthChecked,
    from: 'all',
    handle: ({ data }) => void outcomes.set(data.check.replace(/:shop-1$/, ''), data),
  });
}, 120_000);

afterAll(async () => {
  await bus?.drain(1_000);
  await stack?.stop();
  await site?.stop();
  folder.remove();
  secrets.remove();
});

test('the hunt finds the canary in each of its forms, within other text too', () => {
  for (const form of canaryForms) expect(singing(`before ${form} after`)).toContain(form);
  expect(singing(Buffer.from(`user:${canary}!`).toString('base64'))).not.toEqual([]);
});

test('a secret that checks use is in nothing that comes out, however they end', async () => {
  const expected = Object.fromEntries(site.checks.map(({ name, ends }) => [name, ends]));
  await eventually(
    () => {
      const ends = [...outcomes].map(([name, { result }]) => [name, result]);
      expect(Object.fromEntries(ends)).toEqual(expected);
    },
    { timeoutMs: 60_000, intervalMs: 200 },
  );
  const found: string[] = [];
  const look = (where: string, text: string): void => {
    for (const form of singing(text)) found.push(`${where}: ${form}`);
  };
  for (const outcome of outcomes.values()) look(`result of ${outcome.check}`, JSON.stringify(outcome));

  const api = stack.consoleUrl;
  const { paths } = (await (await fetch(`${api}/api/v1/openapi.json`)).json()) as { paths: Record<string, object> };
  const answers = Object.entries(paths).filter(([path, methods]) => 'get' in methods && !path.includes('{'));
  expect(answers.length).toBeGreaterThan(5);
  for (const path of ['/', ...answers.map(([one]) => one)]) look(`console ${path}`, await beginningOf(`${api}${path}`));
  for (const [name, { port }] of stack.services) {
    look(`metrics of ${name}`, await beginningOf(`http://127.0.0.1:${port}/metrics`));
  }

  const cli = startProcess(
    [process.execPath, 'apps/cli/bin/cortex.mjs', 'check', 'run', '--all', '--config', configFile],
    {
      env: site.env,
    },
  );
  await cli.exited;
  expect(cli.lines.join('\n')).toContain('database-connectivity-row');
  look('cortex check', cli.lines.join('\n'));

  // Streams and buckets as they lie on the disk, logs of every service, the record of the auditor.
  let withResults = 0;
  for (const { path, text } of filesBelow(folder.path)) {
    if (text.includes('database-connectivity-row')) withResults += 1;
    look(path, text);
  }
  expect(withResults).toBeGreaterThan(2);
  expect(found).toEqual([]);
});

/** A stream of events never ends. */
async function beginningOf(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  let text = '';
  try {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'TimeoutError')) throw error;
  }
  return text;
}
