import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { temporaryFolder } from '@cortex/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodes } from '../../core/exit-codes.ts';
import { runCommandLine } from '../../program.ts';

const folder = temporaryFolder();
const servers: Server[] = [];
let isWell = true;
let http: string;
let tcp: number;

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  process.env['GATUS_TEST_TOKEN'] = 'letmein';
  const port = await listen(
    createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/health' }).end();
      else if (request.headers.authorization !== 'Bearer letmein') response.writeHead(401).end();
      else response.end(JSON.stringify({ status: isWell ? 'UP' : 'DOWN', queue: 3, region: 'eu-1' }));
    }),
  );
  http = `http://127.0.0.1:${port}`;
  tcp = await listen(createTcpServer((socket) => socket.end()));
  writeFileSync(
    join(folder.path, 'gatus.yaml'),
    `
endpoints:
  - name: health
    group: shop
    url: ${http}/health
    headers: &headers { Authorization: 'Bearer \${GATUS_TEST_TOKEN}' }
    interval: 30s
    conditions:
      - '[STATUS] < 300'
      - '[BODY].status == UP'
      - '[BODY].queue <= 3'
      - '[BODY].region == pat(eu-*)'
      - '[BODY] == pat(*"queue"*)'
      - '[RESPONSE_TIME] < 5000'
  - name: moved
    group: shop
    url: ${http}/moved
    headers: *headers
    conditions: ['[STATUS] == 200']
  - name: not-followed
    group: shop
    url: ${http}/moved
    client: { ignore-redirect: true }
    conditions: ['[STATUS] == 302']
  - name: port
    group: shop
    url: tcp://127.0.0.1:${tcp}
    conditions: ['[CONNECTED] == true']
  - name: ping
    url: icmp://127.0.0.1
    conditions: ['[CONNECTED] == true']
`,
  );
});
afterAll(() => {
  for (const server of servers) server.close();
  folder.remove();
});

async function cortex(...words: readonly string[]) {
  const text = { out: '', err: '' };
  const code = await runCommandLine(words, {
    environment: {},
    workingFolder: folder.path,
    screen: () => undefined,
    signal: new AbortController().signal,
    write: (written) => void (text.out += written),
    writeError: (written) => void (text.err += written),
  });
  return { code, ...text };
}

test('what is imported is valid, and its checks see what those of Gatus would', async () => {
  const imported = await cortex('import', 'gatus', 'gatus.yaml', '--out', 'cortex.yaml');
  expect(imported).toMatchObject({ code: 0, out: 'cortex.yaml: 1 services, 4 checks\n' });
  expect(imported.err).toMatch(/^\d+ +CORTEX_IMPORT_LEFT_OUT +endpoints\[4\]\.url +ping +endpoint of icmp/m);
  expect(await cortex('validate')).toMatchObject({ code: 0, err: '' });

  const names = ['shop/health', 'shop/moved', 'shop/not-followed', 'shop/port'];
  const results = async () => {
    const { out } = await cortex('check', 'run', '--all', '-o', 'json');
    const { checks } = JSON.parse(out) as { checks: { check: string; result: string; detail: string }[] };
    return checks;
  };
  expect(await results()).toMatchObject(names.map((check) => ({ check, result: 'pass' })));

  isWell = false;
  servers[1]?.close();
  const after = await results();
  expect(after.map(({ result }) => result)).toEqual(['fail', 'pass', 'pass', 'fail']);
  expect(after[0]?.detail).toContain('expected status == "UP"');
  expect(JSON.stringify(after)).not.toContain('letmein');
});

test('it is printed without --out, and printed as JSON with -o json', async () => {
  const printed = await cortex('import', 'gatus', 'gatus.yaml');
  const { yaml, notes, ...counts } = JSON.parse((await cortex('import', 'gatus', 'gatus.yaml', '-o', 'json')).out);
  expect(printed.out).toBe(yaml);
  expect(counts).toEqual({ services: 1, checks: 4, variables: ['GATUS_TEST_TOKEN'] });
  expect(notes).toMatchObject([
    { code: 'CORTEX_IMPORT_CHANGED' },
    { code: 'CORTEX_IMPORT_LEFT_OUT', endpoint: 'ping' },
  ]);
});

test('it never writes over a file, and says what is wrong with what it is given', async () => {
  writeFileSync(join(folder.path, 'mine.yaml'), 'mine');
  expect(await cortex('import', 'gatus', 'gatus.yaml', '--out', 'mine.yaml')).toMatchObject({
    code: exitCodes.failed.code,
    err: expect.stringMatching(/^CORTEX_IMPORT_NOT_WRITTEN: .*\n {2}fix: /),
  });
  expect(readFileSync(join(folder.path, 'mine.yaml'), 'utf8')).toBe('mine');
  expect(await cortex('import', 'gatus', 'absent.yaml')).toMatchObject({
    code: exitCodes.notFound.code,
    err: expect.stringMatching(/^CORTEX_CLI_NOT_FOUND/),
  });
  writeFileSync(join(folder.path, 'bad.yaml'), 'endpoints:\n  - { name: a, url: "http://h" }\n');
  expect(await cortex('import', 'gatus', 'bad.yaml')).toMatchObject({
    code: exitCodes.failed.code,
    err: expect.stringMatching(/^2 +CORTEX_IMPORT_BAD_VALUE +endpoints\[0\]\.conditions +a +conditions/m),
  });
});
