// `npm run test:compose`: builds and starts docker-compose.yml for real, breaks two things in it, sees both healed.
// With a Docker engine at hand it uses that. Without one (Debian, root) it installs podman and makes the base images
// from Debian's own packages, so that no image registry is needed.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, mkdirSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
process.chdir(root);
const project = `cortex-test-${process.pid}`;
const work = mkdtempSync(join(tmpdir(), 'cortex-compose-'));
const environment = { ...process.env, COMPOSE_PROJECT_NAME: project };
const startedAt = performance.now();
let passed = 0;
let failed = 0;
let engine;
/** Podman leaves the asking to systemd timers; where there is no systemd, we ask. */
let askHealth = false;
let compose = ['docker', 'compose'];
const files = ['-f', 'docker-compose.yml'];

const say = (text) => console.log(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${text}`);

function run(command, args, { quiet = true, allowFailure = false, input } = {}) {
  const result = spawnSync(command, args, {
    env: environment,
    encoding: 'utf8',
    input,
    maxBuffer: 256 * 1024 * 1024,
    stdio: quiet ? 'pipe' : ['pipe', 'inherit', 'inherit'],
  });
  if (result.status === 0 || allowFailure) return result;
  throw new Error(
    `${[command, ...args].join(' ')}\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`,
  );
}

function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

async function until(what, timeoutMs, probe) {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const found = await Promise.resolve(probe()).catch(() => undefined);
    if (found) return found;
    await new Promise((resume) => setTimeout(resume, 500));
  }
  throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
}

async function check(name, body) {
  try {
    await body();
    passed += 1;
    say(`✓ ${name}`);
  } catch (error) {
    failed += 1;
    say(`✗ ${name}\n${error.message}`);
    throw error;
  }
}

/** A podman that answers as Docker does, with base images made on this machine. */
function startPodman() {
  const wanted = ['podman', 'runc', 'docker-compose', 'debootstrap'];
  const parts = ['/usr/lib/podman/netavark', '/usr/bin/catatonit'];
  if (wanted.some((program) => !has(program)) || parts.some((path) => !existsSync(path))) {
    say('installing podman, docker-compose and debootstrap');
    run('apt-get', ['update', '-q']);
    run('apt-get', [
      'install',
      '-y',
      '-q',
      '--no-install-recommends',
      ...wanted,
      'netavark',
      'aardvark-dns',
      'iptables',
      'catatonit',
    ]);
  }
  const conf = join(work, 'containers.conf');
  writeFileSync(
    conf,
    '[containers]\ninit_path = "/usr/bin/catatonit"\ndefault_ulimits = ["nofile=1024:1024","nproc=1024:1024"]\n[engine]\nruntime = "runc"\n[network]\nnetwork_backend = "netavark"\n',
  );
  environment.CONTAINERS_CONF = conf;
  makeBaseImage();
  const socket = join(work, 'podman.sock');
  engine = spawn('podman', ['system', 'service', '-t', '0', `unix://${socket}`], { env: environment, stdio: 'ignore' });
  Object.assign(environment, {
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_BUILDKIT: '0',
    NODE_IMAGE: baseImage,
    NATS_IMAGE: baseImage,
    NATS_CONF: 'nats-2.9.conf',
  });
  compose = ['docker-compose'];
  askHealth = true;
  files.push('-f', 'test/compose/override.yaml');
  return until('podman', 20_000, () => existsSync(socket));
}

const baseImage = 'localhost/cortex-test-base:bookworm';

function makeBaseImage() {
  if (run('podman', ['image', 'exists', baseImage], { allowFailure: true }).status === 0) return;
  say('making the base image with debootstrap');
  const rootfs = join(work, 'rootfs');
  run('debootstrap', ['--variant=minbase', '--include=ca-certificates,nats-server,wget', 'bookworm', rootfs]);
  mkdirSync(join(rootfs, 'usr/local/bin'), { recursive: true });
  cpSync(process.execPath, join(rootfs, 'usr/local/bin/node'));
  const npm = dirname(
    dirname(run('readlink', ['-f', run('sh', ['-c', 'command -v npm']).stdout.trim()]).stdout.trim()),
  );
  cpSync(npm, join(rootfs, 'usr/local/lib/node_modules/npm'), { recursive: true });
  run('ln', ['-sf', '../lib/node_modules/npm/bin/npm-cli.js', join(rootfs, 'usr/local/bin/npm')]);
  // A machine behind a proxy of its own trusts more certificates than Debian does; so must what it builds.
  cpSync('/etc/ssl/certs/ca-certificates.crt', join(rootfs, 'etc/ssl/certs/ca-certificates.crt'));
  const archive = join(work, 'rootfs.tar');
  run('tar', ['-C', rootfs, '-cf', archive, '.']);
  run('podman', [
    'import',
    '--change',
    'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt',
    archive,
    baseImage,
  ]);
  rmSync(rootfs, { recursive: true, force: true });
  rmSync(archive);
}

/** Brings everything up, asking the containers for their health meanwhile where nobody else does. */
async function up() {
  const log = [];
  const child = spawn(compose[0], [...compose.slice(1), ...files, 'up', '-d', '--build'], { env: environment });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => log.push(String(data)));
  const ended = new Promise((resume) => child.once('exit', resume));
  const timer = setInterval(() => askHealth && askForHealth(), 1_000);
  const timeout = setTimeout(() => child.kill('SIGKILL'), 600_000);
  const code = await ended;
  clearInterval(timer);
  clearTimeout(timeout);
  if (code !== 0) throw new Error(`compose up ended with ${code}\n${log.join('').slice(-8_000)}`);
}

function containers() {
  const listed = run(askHealth ? 'podman' : 'docker', [
    'ps',
    '--filter',
    `name=${project}`,
    '--format',
    '{{.Names}}\t{{.Status}}',
  ]);
  return listed.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
}

function askForHealth() {
  for (const [name] of containers()) run('podman', ['healthcheck', 'run', name], { allowFailure: true });
}

/** Containers that are not (yet) healthy, by name. */
function unhealthy() {
  if (askHealth) askForHealth();
  const running = containers();
  if (running.length < 11) return ['some are missing'];
  return running.filter(([, status]) => !/\(healthy\)/.test(status)).map(([name]) => name);
}

const inExecutor = (script) =>
  run(compose[0], [...compose.slice(1), ...files, 'exec', '-T', 'executor', 'sh', '-c', script]);
const consoleUrl = 'http://127.0.0.1:7780';

async function incidents(status) {
  const answer = await fetch(`${consoleUrl}/api/v1/incidents?limit=50`, { signal: AbortSignal.timeout(2_000) });
  const { incidents: all } = await answer.json();
  return all.filter((incident) => incident.status === status);
}

/** Resolves when one more incident of the service has been resolved by Cortex itself than before. */
async function healed(service, before) {
  return until(`an incident of ${service} is resolved`, 120_000, async () => {
    const resolved = (await incidents('resolved')).filter((incident) => incident.service === service);
    return resolved.length > before ? resolved : undefined;
  });
}

const resolvedOf = async (service) =>
  (await incidents('resolved')).filter((incident) => incident.service === service).length;

try {
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0) await startPodman();
  await check('docker compose up: every service builds, starts and becomes healthy', async () => {
    say('building and starting (some minutes the first time)');
    await up();
    await until('every container is healthy', 120_000, () => unhealthy().length === 0);
    await until('the console answers', 120_000, async () => (await fetch(`${consoleUrl}/readyz`)).ok);
  });
  await check('the patient, which nobody started, is started by Cortex', () => healed('shop', 0));
  await check('the patient is killed with SIGKILL and restarted', async () => {
    const before = await resolvedOf('shop');
    const pid = inExecutor('cat /tmp/shop-1.pid').stdout.trim();
    inExecutor(`kill -9 ${pid}`);
    await healed('shop', before);
    if (inExecutor('cat /tmp/shop-1.pid').stdout.trim() === pid) throw new Error('the pid did not change');
  });
  await check('the small disk is filled and cleaned', async () => {
    const before = await resolvedOf('spool');
    inExecutor('for n in 1 2 3 4 5 6 7 8 9; do head -c 5M /dev/zero > /spool/session-$n.tmp; done');
    await healed('spool', before);
    if (inExecutor('ls /spool').stdout.includes('session-1.tmp')) throw new Error('the files are still there');
  });
} catch (error) {
  if (failed === 0) {
    failed += 1;
    console.error(error.message);
  }
  const logs = run(compose[0], [...compose.slice(1), ...files, 'logs', '--tail', '25'], { allowFailure: true });
  console.error(logs.stdout.slice(-20_000));
} finally {
  run(compose[0], [...compose.slice(1), ...files, 'down', '-v', '-t', '5'], { allowFailure: true });
  engine?.kill('SIGTERM');
  rmSync(work, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
