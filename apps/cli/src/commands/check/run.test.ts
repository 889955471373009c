import { temporaryFolder } from '@cortex/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exitCodes } from '../../core/exit-codes.ts';
import { runCommandLine } from '../../program.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

test('many checks at once are run without a warning of Node.js', async () => {
  const checks = Array.from({ length: 30 }, (_, index) => ({
    name: `port-${index}`,
    type: 'tcp_port',
    service: 'shop',
    host: '127.0.0.1',
    port: 1,
    retries: 0,
  }));
  const services = [{ name: 'shop', instances: [{ id: 'shop-1' }] }];
  // YAML reads JSON.
  writeFileSync(join(folder.path, 'cortex.yaml'), JSON.stringify({ version: 1, services, checks }));
  const warnings: string[] = [];
  const take = (warning: Error): void => void warnings.push(warning.name);
  process.on('warning', take);
  const stop = new AbortController();
  const code = await runCommandLine(['check', 'run', '--all'], {
    environment: {},
    workingFolder: folder.path,
    screen: () => undefined,
    signal: stop.signal,
    write: () => undefined,
    writeError: () => undefined,
  });
  // Node.js tells warnings a turn later.
  await sleep(0);
  process.off('warning', take);
  expect({ code, warnings }).toEqual({ code: exitCodes.failed.code, warnings: [] });
});
