import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@cortex/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exitCodes } from '../core/exit-codes.ts';
import { runCommandLine } from '../program.ts';
import { candidatesOf } from './candidates.ts';
import { parseContainers, type Container } from './containers.ts';
import { propose, type Proposal } from './find-http.ts';
import { findListeners, parseSocketTable, unitOf, type Listener } from './listeners.ts';
import { nameOfProcess, searchableName } from './process-name.ts';
import { writeProposal } from './write-proposal.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

async function cortex(...words: readonly string[]) {
  let out = '';
  let err = '';
  const code = await runCommandLine(words, {
    environment: {},
    workingFolder: folder.path,
    screen: () => undefined,
    signal: new AbortController().signal,
    write: (text) => void (out += text),
    writeError: (text) => void (err += text),
  });
  return { code, out, err };
}

const nginx: Listener = { address: '0.0.0.0', port: 80, pid: 7, program: 'nginx', unit: 'nginx.service' };

test('a socket table names address and port of what listens, and nothing else', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   112        0 21001 1 0 100 0 0 10 0',
    '   1: 0100007F:1538 0100007F:A523 01 00000000:00000000 00:00000000 00000000   112        0 21002 1 0 100 0 0 10 0',
    '   2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 21003 1 0',
    '   3: 0000000000000000FFFF00000100007F:0051 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 21004 1 0',
  ].join('\n');
  expect(parseSocketTable(table)).toEqual([
    { address: '127.0.0.1', port: 5432, inode: '21001' },
    { address: '::1', port: 80, inode: '21003' },
    { address: '127.0.0.1', port: 81, inode: '21004' },
  ]);
});

test.each([
  ['0::/system.slice/nginx.service\n', 'nginx.service'],
  ['0::/system.slice/system-postgresql.slice/postgresql@15-main.service', 'postgresql@15-main.service'],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/app.scope', undefined],
  ['0::/\n', undefined],
])('%j is the unit %s', (cgroup, unit) => {
  expect(unitOf(cgroup)).toBe(unit);
});

test.runIf(process.platform === 'linux')('a listener of this very process is found', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const found = findListeners();
  server.close();
  expect(found).toContainEqual(expect.objectContaining({ port, pid: process.pid, address: '127.0.0.1' }));
});

test('ports of containers are read from what docker and podman print', () => {
  const text = 'web\tnginx:1\t0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 443/tcp\ndb\tpostgres:16\t\n';
  expect(parseContainers(text, 'docker', '/usr/bin/docker')).toEqual([
    { runtime: 'docker', program: '/usr/bin/docker', name: 'web', image: 'nginx:1', ports: [8080] },
    { runtime: 'docker', program: '/usr/bin/docker', name: 'db', image: 'postgres:16', ports: [] },
  ]);
});

test('what may be restarted is; what would lock everybody out, or is not understood, is only watched', () => {
  const candidates = candidatesOf(
    [
      nginx,
      { ...nginx, address: '::', port: 443 },
      { address: '0.0.0.0', port: 22, program: 'sshd', unit: 'ssh.service' },
      { address: '10.0.0.5', port: 3000, program: 'node' },
      { address: '127.0.0.1', port: 45_001, program: 'code-helper' },
      { address: '0.0.0.0', port: 8080, program: 'docker-proxy' },
      { address: '127.0.0.1', port: 7781, program: 'node', argv: ['node', '/x/apps/decision/dist/main.js'] },
    ],
    [{ runtime: 'docker', program: '/usr/bin/docker', name: 'web', image: 'shop:1', ports: [8080] }],
  );
  expect(candidates).toEqual([
    {
      name: 'nginx',
      host: '127.0.0.1',
      ports: [80, 443],
      about: 'nginx, nginx.service, port 80, 443',
      process: 'nginx',
      restart: { unit: 'nginx.service' },
    },
    { name: 'node', host: '10.0.0.5', ports: [3000], about: 'node, port 3000' },
    { name: 'ssh', host: '127.0.0.1', ports: [22], about: 'sshd, ssh.service, port 22', process: 'sshd' },
    {
      name: 'web',
      host: '127.0.0.1',
      ports: [8080],
      about: 'docker container of shop:1, port 8080',
      restart: { container: 'web', program: '/usr/bin/docker' },
    },
  ]);
});

const shop: Listener = {
  address: '127.0.0.1',
  port: 8080,
  pid: 11,
  program: 'node',
  argv: ['node', 'shop.mjs'],
  cwd: '/srv/shop',
};

test('each process is a service of its own, named by what it runs', () => {
  const candidates = candidatesOf(
    [
      shop,
      { ...shop, port: 8081 },
      { ...shop, port: 8082, pid: 12, argv: ['/usr/bin/node', '--inspect', 'dist/main.js'], cwd: '/srv/api' },
      { ...shop, port: 8083, pid: 13 },
      { ...shop, port: 9000, pid: 14, program: 'gunicorn', argv: ['/usr/bin/python3', '/usr/bin/gunicorn', 'app'] },
      { ...shop, port: 9000, pid: 15, program: 'gunicorn', argv: ['/usr/bin/python3', '/usr/bin/gunicorn', 'app'] },
    ],
    [],
  );
  expect(candidates.map(({ name, ports, process }) => ({ name, ports, process }))).toEqual([
    { name: 'api', ports: [8082], process: undefined },
    { name: 'gunicorn', ports: [9000], process: 'gunicorn' },
    // Two go by shop.mjs: while one of them runs the other would seem to.
    { name: 'shop', ports: [8080, 8081], process: undefined },
    { name: 'shop-8083', ports: [8083], process: undefined },
  ]);
});

test.each<[string, readonly string[], string, string | undefined]>([
  ['shop', ['node', 'shop.mjs'], '/srv/x', 'shop.mjs'],
  ['shop', ['/usr/bin/node', '/srv/shop/dist/index.js'], '/', undefined],
  ['http.server', ['python3.12', '-m', 'http.server'], '/', undefined],
  ['billing', ['java', '-Xmx1g', '-jar', '/opt/billing.jar'], '/', undefined],
  ['api', ['node', '--import', 'tsx', 'src/main.ts'], '/srv/api', undefined],
  ['node', ['node', '-e', 'listen()'], '/', undefined],
])('%s is the name of %j in %s', (name, argv, cwd, searchable) => {
  expect(nameOfProcess({ program: 'MainThread', argv, cwd })).toBe(name);
  expect(searchableName({ program: 'MainThread', argv, cwd })).toBe(searchable);
});

/** A server that answers 200 on these paths, and 404 elsewhere; on every path if there are none. */
async function serverOf(...paths: readonly string[]): Promise<{ port: number; asked: string[]; stop: () => void }> {
  const asked: string[] = [];
  const server = createHttpServer(({ url = '' }, answer) => {
    asked.push(url);
    answer.writeHead(paths.length === 0 || paths.includes(url) ? 200 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, asked, stop: () => server.close() };
}

test.each<[string, readonly string[], object]>([
  ['the health path that answers', ['/', '/healthz'], { kind: 'http', path: '/healthz', status: 200 }],
  ['the health path, where / is not found', ['/health'], { kind: 'http', path: '/health', status: 200 }],
  ['/ where every path answers', [], { kind: 'http', path: '/', status: 200 }],
  ['the port alone, where nothing is found', ['/login'], { kind: 'tcp' }],
])('what is asked for is %s', async (_, paths, check) => {
  const { port, asked, stop } = await serverOf(...paths);
  const candidate = { name: 'shop', host: '127.0.0.1', ports: [port], about: 'node' };
  expect(await propose([candidate], false)).toMatchObject([{ checks: [{ port, kind: 'tcp' }] }]);
  expect(asked).toEqual([]);
  expect(await propose([candidate], true)).toMatchObject([{ checks: [{ port, ...check }] }]);
  stop();
});

test('names are valid and unique, whatever programs are called', () => {
  const odd = ['node', '(sd-pam)', 'ü', 'a b/c'].map((program, index): Listener => ({
    address: '::',
    port: 81 + index,
    program,
  }));
  const containers: readonly Container[] = [
    { runtime: 'podman', program: '/usr/bin/podman', name: 'node', image: 'i', ports: [90] },
  ];
  const names = candidatesOf(odd, containers).map(({ name }) => name);
  expect(names.toSorted()).toEqual(['a-b-c', 'node', 'node-90', 'sd-pam', 'service']);
});

const proposals: readonly Proposal[] = [
  {
    name: 'nginx',
    host: '127.0.0.1',
    ports: [80],
    about: 'nginx # "quoted"\nforged: true',
    process: 'nginx',
    restart: { unit: 'nginx.service' },
    checks: [{ port: 80, kind: 'http', path: '/healthz', status: 200 }],
  },
  { name: 'db', host: 'localhost', ports: [5432], about: 'postgres', checks: [{ port: 5432, kind: 'tcp' }] },
  {
    name: 'web',
    host: '127.0.0.1',
    ports: [8080],
    about: 'docker',
    restart: { container: 'web', program: '/usr/bin/docker' },
    checks: [{ port: 8080, kind: 'http', path: '/', status: 302 }],
  },
];

test.each<[string, readonly Proposal[], object]>([
  ['everything', proposals, { services: 3, checks: 6, playbooks: 2 }],
  ['nothing', [], { services: 0, checks: 0, playbooks: 0 }],
])('a proposal of %s is a valid configuration with dry run on', async (_, found, counts) => {
  for (const { path, text } of writeProposal(found, new Set([4318, 4319]))) {
    mkdirSync(join(folder.path, 'playbooks'), { recursive: true });
    writeFileSync(join(folder.path, path), text);
  }
  const { out } = await cortex('validate', '-o', 'json');
  expect(JSON.parse(out)).toMatchObject({ ok: true, ...counts });
  const written = readFileSync(join(folder.path, 'cortex.yaml'), 'utf8');
  expect(written).toContain('\n  dry_run: true\n');
  expect(written).toContain('otlp: { port: 4320 }');
});

test('init in another folder says where it wrote, and names the file in what is to be typed next', async () => {
  const other = temporaryFolder();
  try {
    const { out, code } = await cortex('init', '--yes', '--dir', other.path);
    expect(code).toBe(0);
    expect(out).toContain(`written: ${other.path}/cortex.yaml`);
    expect(out).toContain(`\n  cortex check run --all --config ${other.path}/cortex.yaml\n`);
    expect(out).toContain(`\n  cortex up --config ${other.path}/cortex.yaml\n`);
  } finally {
    other.remove();
  }
});

test('init writes a valid file for this machine, and never over one', async () => {
  const first = await cortex('init', '--yes', '-o', 'json');
  expect(first).toMatchObject({ code: 0, err: '' });
  expect((await cortex('validate')).code).toBe(0);
  const written = readFileSync(join(folder.path, 'cortex.yaml'), 'utf8');
  expect(await cortex('init', '--yes')).toMatchObject({
    code: exitCodes.failed.code,
    err: expect.stringContaining('CORTEX_INIT_NOT_WRITTEN'),
  });
  expect(readFileSync(join(folder.path, 'cortex.yaml'), 'utf8')).toBe(written);
});
