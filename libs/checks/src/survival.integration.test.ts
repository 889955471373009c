import { join } from 'node:path';
import type { CheckOutcome } from '@cortex/contracts';
import { eventually, makeCertificate, startProcess, temporaryFolder, writeCertificate } from '@cortex/testing';
import type { TestProcess } from '@cortex/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { ask, openFiles } from './test/ask.ts';
import { startHttpProcess } from './test/http-process.ts';

const folder = temporaryFolder('cortex-survival-');
const { certFile, keyFile } = writeCertificate(folder.path, makeCertificate(new Date(Date.now() + 90 * 86_400_000)));
afterAll(() => folder.remove());

const tlsProgram = `
const { readFileSync } = require('node:fs');
const [, port, cert, key] = process.argv;
const server = require('node:https').createServer({ cert: readFileSync(cert), key: readFileSync(key) });
server.listen(Number(port), '127.0.0.1', () => console.log('port ' + server.address().port));
`;

interface Server {
  readonly process: TestProcess;
  readonly port: number;
}

async function startProgram(argv: readonly string[]): Promise<Server> {
  const started = startProcess([process.execPath, ...argv]);
  const line = await started.waitForLine(/^port \d+$/);
  return { process: started, port: Number(line.slice('port '.length)) };
}

interface Kind {
  start(port?: number): Promise<Server>;
  check(port: number, timeoutMs?: number): Promise<CheckOutcome>;
  /** The kernel accepts connections for a frozen process: a check that needs no more than that passes. */
  readonly whileFrozen: 'pass' | 'fail' | 'timeout';
}

/** The checks whose servers are frozen and restarted here; the rest has its own tests. */
const kinds: Readonly<Record<string, Kind>> = {
  tcp_port: {
    start: startHttpProcess,
    check: (port, timeoutMs) => ask('tcp_port', { host: '127.0.0.1', port }, timeoutMs),
    whileFrozen: 'pass',
  },
  security_posture: {
    start: (port = 0) => startProgram(['-e', tlsProgram, String(port), certFile, keyFile]),
    check: (port, timeoutMs) => {
      const params = { check_certificates: 'expiry > 30_days', certificates: [`127.0.0.1:${port}`] };
      return ask('security_posture', params, timeoutMs);
    },
    whileFrozen: 'timeout',
  },
  dns_resolution: {
    start: (port = 0) =>
      startProgram(['--import', 'tsx', join(import.meta.dirname, 'test/dns-process.ts'), String(port)]),
    check: (port, timeoutMs) => ask('dns_resolution', { name: 'shop.example', server: `127.0.0.1:${port}` }, timeoutMs),
    // It gives up before its own timeout, so that its message names the silent server.
    whileFrozen: 'fail',
  },
};

describe.each(Object.keys(kinds))('%s', (name) => {
  const { start, check, whileFrozen } = kinds[name] as Kind;

  it('survives a frozen, a killed and a restarted server, and leaves nothing open', async () => {
    const first = await start();
    const { port } = first;
    expect(await check(port)).toMatchObject({ result: 'pass' });
    const before = openFiles();
    first.process.signal('SIGSTOP');
    expect(await check(port, 500)).toMatchObject({ result: whileFrozen });
    first.process.signal('SIGCONT');
    expect(await check(port)).toMatchObject({ result: 'pass' });
    await first.process.kill();
    expect(await check(port)).toMatchObject({ result: 'fail' });
    await eventually(() => expect(openFiles()).toBeLessThanOrEqual(before));
    const second = await start(port);
    try {
      expect(await check(port)).toMatchObject({ result: 'pass' });
    } finally {
      await second.process.kill();
    }
  });
});
