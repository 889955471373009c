import { defaultOutboundPolicy } from '@cortex/outbound';
import { createRedactor } from '@cortex/secrets';
import { eventually, startPostgres } from '@cortex/testing';
import type { TestPostgres } from '@cortex/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withConnection } from './connection.ts';
import { resolvePostgresAddress } from './postgres-address.ts';

const context = { outbound: defaultOutboundPolicy, redactor: createRedactor() };
let server: TestPostgres;

beforeAll(async () => {
  server = await startPostgres();
  process.env['CORTEX_TEST_CONNECTION'] = server.url();
}, 60_000);
afterAll(() => server?.stop());

describe('withConnection', () => {
  it('cancels in the server what it gives up, without any timeout there', async () => {
    const admin = new Client({ connectionString: server.url() });
    await admin.connect();
    const running = async (): Promise<number> => {
      const { rowCount } = await admin.query("SELECT FROM pg_stat_activity WHERE application_name = 'cortex/test'");
      return rowCount ?? 0;
    };
    const address = await resolvePostgresAddress('env:CORTEX_TEST_CONNECTION', context);
    const stop = new AbortController();
    const limits = { signal: stop.signal, timeoutMs: 60_000, applicationName: 'cortex/test' };
    const ended = withConnection(address, limits, (session) => session.query('SELECT pg_sleep(60)')).catch(String);
    await eventually(async () => expect(await running()).toBe(1));
    stop.abort();
    expect(await ended).toContain('the connection broke');
    await eventually(async () => expect(await running()).toBe(0), { timeoutMs: 5_000 });
    await admin.end();
  });

  it.each(['postgres://u:s3cret@h/db?sslmode=prefer', 'postgres://u:s3cret@h/db?options=x', 'host=h password=s3cret'])(
    'refuses an address that it would read in another way than it was meant, without showing it',
    async (address) => {
      process.env['CORTEX_TEST_ADDRESS'] = address;
      const problem = await resolvePostgresAddress('env:CORTEX_TEST_ADDRESS', context).catch(String);
      expect(problem).toContain('the connection behind env:CORTEX_TEST_ADDRESS');
      expect(problem).not.toContain('s3cret');
    },
  );
});
