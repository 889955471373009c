import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runningConfigurationBucket } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { startCortex, type Cortex } from './support/cortex.ts';
import { killPatient, startsOf, untilHealthy } from './support/site.ts';

let cortex: Cortex;

beforeAll(async () => {
  cortex = await startCortex(2);
}, 120_000);
afterAll(() => cortex?.stop());

interface Result {
  readonly code: number;
  readonly out: string;
}

/** The built command, as a user runs it. */
function command(...words: readonly string[]): Promise<Result> {
  const cli = join('apps', 'cli', 'dist', 'main.js');
  const environment = { PATH: process.env['PATH'] ?? '', CORTEX_URL: cortex.stack.consoleUrl, CORTEX_BY: 'ada' };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [cli, ...words, '--config', cortex.configFile],
      { env: environment },
      (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out: out + err }),
    );
  });
}

/** The parts of the configuration that are changed here. */
interface Editable {
  readonly safety: Record<string, unknown>;
  readonly checks: Record<string, unknown>[];
  readonly escalation: { readonly contacts: { readonly channels: Record<string, unknown>[] }[] };
}

function change(edit: (configuration: Editable) => void): void {
  const configuration = parse(readFileSync(cortex.configFile, 'utf8')) as Editable;
  edit(configuration);
  writeFileSync(cortex.configFile, stringify(configuration));
}

const pids = (): readonly (number | undefined)[] => [...cortex.stack.services.values()].map(({ pid }) => pid);

async function digests(): Promise<ReadonlySet<string>> {
  const entries = await (await cortex.bus.bucket(runningConfigurationBucket)).entries();
  expect(entries).toHaveLength(cortex.stack.services.size);
  return new Set(entries.map(({ value }) => value.digest));
}

test('every service takes a changed configuration, in its process, and a remediation that is under way ends once', async () => {
  const [first, second] = cortex.patients;
  if (first === undefined || second === undefined) throw new Error('two patients are needed');
  await untilHealthy(cortex);
  const before = pids();
  expect(await command('diff')).toMatchObject({ code: 0 });
  change((configuration) => {
    configuration.safety['hold_retry'] = '400ms';
    configuration.checks.push({
      name: 'port',
      type: 'tcp_port',
      service: first.service,
      host: '127.0.0.1',
      port: first.port,
      interval: '1s',
    });
  });
  const diff = await command('diff');
  expect(diff.code).toBe(1);
  expect(diff.out).toContain('+ check port');
  expect(diff.out).toContain('~ setting safety.holdRetryMs: 500 → 400');

  killPatient(second);
  await eventually(() => cortex.log.of('remediation.requested', second.service).length > 0, { timeoutMs: 30_000 });
  const reload = await command('reload');
  expect(reload).toMatchObject({ code: 0, out: expect.stringContaining('in use') });
  expect(reload.out.match(/in use/g)).toHaveLength(cortex.stack.services.size);

  await eventually(() => cortex.log.of('health.checked', first.service).some(({ data }) => data['check'] === 'port'), {
    timeoutMs: 20_000,
  });
  await eventually(() => cortex.log.of('incident.resolved', second.service).length === 1, { timeoutMs: 60_000 });
  expect(startsOf(second)).toBe(2);
  expect(pids()).toEqual(before);
  const [digest] = await digests();
  const [told] = cortex.log.of('control.changed').filter(({ data }) => data['control'] === 'configuration');
  expect(told?.data).toMatchObject({ digest, by: expect.stringMatching(/./) });
  expect((await digests()).size).toBe(1);
  expect(await command('diff')).toMatchObject({ code: 0, out: expect.stringContaining('is what every service runs') });
}, 180_000);

test('an invalid configuration is refused as a whole, with the reasons, and nothing changes', async () => {
  const valid = readFileSync(cortex.configFile, 'utf8');
  const before = { pids: pids(), digests: await digests() };
  // Only the executor knows actions: that the others could take it does not help.
  const playbook = join(cortex.dir, 'playbooks', 'restart.yaml');
  const text = readFileSync(playbook, 'utf8');
  writeFileSync(playbook, text.replace('action: restart_service', 'action: restart_servce'));
  const refused = await command('reload');
  expect(refused.code).toBe(1);
  expect(refused.out).toMatch(/restart\.yaml:\d+:\d+ {2}CORTEX_CONFIG_UNKNOWN_ACTION/);
  expect(refused.out).toContain('did you mean "restart_service"?');
  expect({ pids: pids(), digests: await digests() }).toEqual(before);
  await cortex.ready();
  writeFileSync(playbook, text);
  writeFileSync(cortex.configFile, valid);
  expect(await command('diff')).toMatchObject({ code: 0 });
}, 60_000);

test('a configuration whose secret nobody can read is refused by who needs it', async () => {
  const valid = readFileSync(cortex.configFile, 'utf8');
  const before = { pids: pids(), digests: await digests() };
  change(({ escalation }) => {
    const secret = 'env:CORTEX_TEST_NO_SUCH_SECRET';
    escalation.contacts[0]?.channels.push({ type: 'webhook', url: 'http://127.0.0.1:1/', secret });
  });
  const refused = await command('reload');
  expect(refused.code).toBe(1);
  expect(refused.out).toContain(
    'refused: the secret env:CORTEX_TEST_NO_SUCH_SECRET cannot be read: the variable is not set',
  );
  expect({ pids: pids(), digests: await digests() }).toEqual(before);
  writeFileSync(cortex.configFile, valid);
}, 60_000);
