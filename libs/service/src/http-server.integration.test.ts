import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createHttpServer } from './http-server.ts';

it('tells programs and browsers to retry until the app has started', async () => {
  const http = createHttpServer({ metrics: () => [new Registry()], isReady: () => false });
  const port = await http.listen('127.0.0.1', 0);
  try {
    const page = (): Promise<Response> => fetch(`http://127.0.0.1:${port}/`);
    http.serve((_request, response) => void response.end('the page'));
    const early = await page();
    expect(early.status).toBe(503);
    expect(Object.fromEntries(early.headers)).toMatchObject({ 'retry-after': '1', refresh: '1' });
    http.open();
    expect(await (await page()).text()).toBe('the page');
  } finally {
    await http.close();
  }
});
