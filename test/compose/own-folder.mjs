import { createHmac } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { consoleUrl, incidents, until, untilHealthy } from './until.mjs';

const pageSecret = 'a secret of this test alone';
const cachePassword = 'another-secret';

/** A folder of the user's own, with secrets from a file of variables: HTTP, a cache with a password, telemetry, pages. */
export async function ownFolder(engine, check) {
  const folder = join(engine.work, 'mine');
  mkdirSync(folder);
  const shop = await listen(
    createServer((_request, response) => response.writeHead(shop.status).end('shop')),
    { status: 200 },
  );
  const pages = [];
  const receiver = await listen(
    createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      pages.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      response.end();
    }),
  );
  const cache = await listen(createTcpServer(answerAsRedis));
  const variables = join(engine.work, 'secrets.env');
  writeFileSync(
    variables,
    `PAGE_SECRET=${pageSecret}\nCACHE_URL=redis://:${cachePassword}@${engine.hostName}:${cache.port}/0\n`,
  );
  const write = (text) => writeFileSync(join(folder, 'cortex.yaml'), text);
  Object.assign(engine.environment, { CORTEX_CONFIG_DIR: folder, CORTEX_ENV_FILE: variables });
  try {
    write('version: 1\nsevices: []\n');
    await check('a wrong configuration stops compose with its message, and starts nothing', () => {
      const { status } = engine.compose(['up', '-d', '--build'], { allowFailure: true });
      if (status === 0) throw new Error('compose up succeeded');
      const said = engine.compose(['logs', 'validate']).stdout;
      if (!said.includes('CORTEX_CONFIG_UNKNOWN_KEY')) throw new Error(`no message: ${said}`);
      const running = engine
        .containers()
        .filter(([name, state]) => name.includes('_cortex_') && state.startsWith('Up'));
      if (running.length > 0) throw new Error(`something runs: ${running.join('; ')}`);
    });
    write(configuration(engine.hostName, shop.port, receiver.port));
    await check('docker compose up with a folder of one’s own: Cortex becomes healthy', async () => {
      engine.compose(['up', '-d']);
      await untilHealthy(engine, '_cortex_');
    });
    await check('checks reach services and databases of the host, with a secret from the file of variables', () =>
      until('both checks pass', 60_000, async () => {
        const { checks } = await (await fetch(`${consoleUrl}/api/v1/health/checks`)).json();
        const failing = checks.filter(({ state }) => state !== 'passing');
        if (failing.length > 0) throw new Error(failing.map(({ name, last }) => `${name}: ${last?.detail}`).join('; '));
        return checks.length === 2;
      }),
    );
    await check('telemetry is taken in on port 4318 of the host', async () => {
      const answer = await fetch('http://127.0.0.1:4318/v1/metrics', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resourceMetrics: [] }),
      });
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
    });
    await check(
      'what fails pages the receiver outside, signed with the secret from the file of variables',
      async () => {
        shop.status = 500;
        const page = await until('a page arrives', 120_000, () => pages[0]);
        if (!isSigned(page)) throw new Error(`not signed: ${JSON.stringify(page.headers)}`);
        if ((await incidents('shop', 'escalated')).length === 0) throw new Error('no escalated incident');
      },
    );
    await check('a configuration that becomes wrong is said once, and not restarted for ever', async () => {
      write('version: 1\nsevices: []\n');
      engine.compose(['restart', '-t', '15', 'cortex']);
      const said = () =>
        engine.compose(['logs', '--no-color', 'cortex']).stdout.split('The configuration is wrong').length - 1;
      await until('it is said', 60_000, () => said() === 1);
      await new Promise((resume) => setTimeout(resume, 10_000));
      if (said() !== 1) throw new Error(`said ${said()} times`);
      write(configuration(engine.hostName, shop.port, receiver.port));
      engine.compose(['restart', '-t', '15', 'cortex']);
      await untilHealthy(engine, '_cortex_');
    });
  } finally {
    for (const { server } of [shop, receiver, cache]) server.close();
    engine.compose(['down', '-v', '-t', '15'], { allowFailure: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

function isSigned({ headers, body }) {
  const signature = headers['cortex-signature'] ?? '';
  const time = /t=(\d+)/.exec(signature)?.[1];
  return signature.includes(createHmac('sha256', pageSecret).update(`${time}.${body}`).digest('hex'));
}

function listen(server, more = {}) {
  return new Promise((resolve) =>
    server.listen(0, '0.0.0.0', () => resolve(Object.assign(more, { server, port: server.address().port }))),
  );
}

/** As much of Redis as the check asks for. */
function answerAsRedis(socket) {
  let isKnown = false;
  socket.on('error', () => undefined);
  socket.on('data', (data) => {
    for (const command of String(data).split(/(?=\*\d+\r\n)/)) {
      const [name = '', ...words] = command.split('\r\n').filter((part) => part !== '' && !/^[*$]\d/.test(part));
      if (words.includes(cachePassword)) isKnown = true;
      if (!isKnown) socket.write('-NOAUTH Authentication required.\r\n');
      else if (name.toUpperCase() === 'GET') socket.write('$10\r\ntest_value\r\n');
      else if (name.toUpperCase() === 'DEL') socket.write(':1\r\n');
      else socket.write('+OK\r\n');
    }
  });
}

const configuration = (hostName, shopPort, pagePort) => `version: 1
environment: test
services:
  - name: shop
    kind: api_services
    instances: [{ id: shop-1, host: ${hostName}, port: ${shopPort} }]
    shallow_checks:
      http_endpoint: { interval: 1s, method: GET, path: /, expected_status: 200, timeout: 500ms }
  - name: cache
    kind: api_services
    instances: [{ id: cache-1, host: ${hostName} }]
    deep_checks:
      cache_functionality:
        interval: 2s
        type: redis
        actions: [SET health_check_key test_value, GET health_check_key, DEL health_check_key]
        timeout: 1s
        connection: env:CACHE_URL
escalation:
  contacts:
    - name: me
      channels: [{ type: webhook, url: "http://${hostName}:${pagePort}/page", secret: "env:PAGE_SECRET" }]
  policies:
    - name: All
      escalation_chain: [{ level: 1, delay: 0s, condition: always, notify: me }]
`;
