// What a bare clone needs before anything runs. Each step says what it does and how long it took.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyInstall } from './why-install.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);

/** How each server is called by the package managers that we know. */
const packages = {
  'nats-server': {
    apt: 'nats-server',
    brew: 'nats-server',
    hint: 'https://docs.nats.io/running-a-nats-service/introduction/installation',
  },
  // Tests start servers of their own; those that the packages may have started are left alone.
  prometheus: {
    apt: 'prometheus',
    brew: 'prometheus',
    hint: 'https://prometheus.io/docs/prometheus/latest/installation/',
  },
  'rabbitmq-server': {
    apt: 'rabbitmq-server',
    brew: 'rabbitmq',
    hint: 'https://www.rabbitmq.com/docs/download',
  },
  postgres: { apt: 'postgresql', brew: 'postgresql', hint: 'https://www.postgresql.org/download/' },
  'redis-server': {
    apt: 'redis-server',
    brew: 'redis',
    hint: 'https://redis.io/docs/latest/operate/oss_and_stack/install/',
  },
  nginx: { apt: 'nginx-light', brew: 'nginx', hint: 'https://nginx.org/en/docs/install.html' },
  memcached: { apt: 'memcached', brew: 'memcached', hint: 'https://docs.memcached.org/serverguide/' },
  // Its library shifts the clock of one process.
  faketime: { apt: 'faketime', brew: 'libfaketime', hint: 'https://github.com/wolfcw/libfaketime' },
  chromium: { apt: 'chromium', brew: 'chromium', hint: 'install Chromium with your package manager' },
};

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`Node ${process.versions.node} is too old.\n  fix: install Node 20.19 or newer`);
}

/** `npm ci`, unless what is installed is what package-lock.json asks for, whoever installed it. */
export async function installDependencies() {
  const reason = whyInstall('.');
  if (reason === undefined) return;
  const title = `installing dependencies (npm ci), because ${reason}`;
  await step(title, 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

export async function buildBundles() {
  await step(
    'building the services',
    process.execPath,
    ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'build', '--outputStyle=static'],
    {
      quiet: true,
    },
  );
}

/** Installs the named programs where they are missing: apt as root or with sudo, brew on macOS. */
export async function ensureServers(names) {
  const missing = names.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return;
  if (findProgram('apt-get') !== undefined) {
    const asRoot = process.getuid?.() === 0 ? [] : ['sudo'];
    if (asRoot.length > 0 && findProgram('sudo') === undefined)
      throw new Error(cannotInstall(missing, 'apt-get needs root, and sudo is not here'));
    const apt = (...args) => [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    await step('refreshing the package lists', ...split(apt('update', '-q')), { quiet: true });
    await step(
      `installing ${missing.join(', ')}`,
      ...split(apt('install', '-y', '-q', '--no-install-recommends', ...missing.map((name) => packages[name].apt))),
      { quiet: true },
    );
  } else if (findProgram('brew') !== undefined) {
    await step(`installing ${missing.join(', ')}`, 'brew', ['install', ...missing.map((name) => packages[name].brew)], {
      quiet: true,
    });
  }
  const still = names.filter((name) => findProgram(name) === undefined);
  if (still.length > 0) throw new Error(cannotInstall(still, 'neither apt-get nor brew could install it'));
}

function findProgram(name) {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/opt/homebrew/bin',
    ...postgresFolders(),
  ];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Debian keeps each version of Postgres in a folder of its own, outside PATH. */
function postgresFolders() {
  const versions = '/usr/lib/postgresql';
  return existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, 'bin')) : [];
}

function cannotInstall(names, reason) {
  return `${names.join(', ')} is not installed, and ${reason}.\n  fix: ${names.map((name) => packages[name].hint).join('; ')}, then run this again`;
}

function split([command, ...args]) {
  return [command, args];
}

/** Runs one command; shows its output only when it fails or is not quiet. Several may run at once. */
export async function step(title, command, args, { quiet = false } = {}) {
  const startedAt = performance.now();
  console.log(`• ${title} …`);
  const { code, output, error } = await run(command, args, quiet);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code === 0) {
    console.log(`  ${title}: ${seconds} s`);
    return;
  }
  console.log(`  ${title} failed after ${seconds} s\n${output}`);
  throw new Error(
    `${title} failed: ${[command, ...args].join(' ')}\n  fix: see the output above${error ? ` (${error.message})` : ''}`,
  );
}

function run(command, args, quiet) {
  const child = spawn(command, args, { stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit' });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, output, error }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
