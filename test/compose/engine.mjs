// A container engine and compose: Docker's own where it is at hand; else (Debian, root) podman, with base images made from
// Debian's own packages, so that no image registry is needed.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const baseImage = 'localhost/cortex-test-base:bookworm';

/** Starts what is needed; `say` gets what takes long. */
export async function startEngine(project, say) {
  const work = mkdtempSync(join(tmpdir(), 'cortex-compose-'));
  const environment = { ...process.env, COMPOSE_PROJECT_NAME: project };
  const isDocker = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
  const service = isDocker ? undefined : await startPodman(work, environment, say);
  const [command, ...start] = isDocker ? ['docker', 'compose'] : ['docker-compose'];
  const files = ['-f', 'docker-compose.yml', ...(isDocker ? [] : ['-f', 'test/compose/override.yaml'])];

  const engine = (args, options) => run(isDocker ? 'docker' : 'podman', args, { environment, ...options });
  const compose = (args, options) => run(command, [...start, ...files, ...args], { environment, ...options });

  /** Names and states of the project's containers. Podman leaves the asking for health to systemd timers: here we ask. */
  function containers() {
    const format = ['--filter', `name=${project}`, '--format', '{{.Names}}\t{{.Status}}'];
    if (!isDocker) {
      const names = lines(engine(['ps', '--filter', `name=${project}`, '--format', '{{.Names}}']).stdout);
      for (const name of names) engine(['healthcheck', 'run', name], { allowFailure: true });
    }
    return lines(engine(['ps', '-a', ...format]).stdout).map((line) => line.split('\t'));
  }

  return {
    work,
    environment,
    /** The machine, as containers call it; podman 4.3 knows no `host-gateway`. */
    hostName: isDocker ? 'host.docker.internal' : 'host.containers.internal',
    engine,
    compose,
    containers,
    stop() {
      for (const profile of [[], ['--profile', 'demo']])
        compose([...profile, 'down', '-v', '-t', '5'], { allowFailure: true });
      service?.kill('SIGTERM');
      rmSync(work, { recursive: true, force: true });
    },
  };
}

function lines(text) {
  return text.split('\n').filter(Boolean);
}

export function run(command, args, { environment = process.env, allowFailure = false } = {}) {
  const result = spawnSync(command, args, { env: environment, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  if (result.status === 0 || allowFailure) return result;
  throw new Error(
    `${[command, ...args].join(' ')}\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`,
  );
}

function has(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

async function startPodman(work, environment, say) {
  const wanted = ['podman', 'runc', 'docker-compose', 'debootstrap'];
  const parts = ['/usr/lib/podman/netavark', '/usr/bin/catatonit'];
  if (wanted.some((program) => !has(program)) || parts.some((path) => !existsSync(path))) {
    say('installing podman, docker-compose and debootstrap');
    const packages = [...wanted, 'netavark', 'aardvark-dns', 'iptables', 'catatonit'];
    run('apt-get', ['update', '-q']);
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages]);
  }
  const conf = join(work, 'containers.conf');
  writeFileSync(
    conf,
    '[containers]\ninit_path = "/usr/bin/catatonit"\ndefault_ulimits = ["nofile=1024:1024","nproc=1024:1024"]\n[engine]\nruntime = "runc"\n[network]\nnetwork_backend = "netavark"\n',
  );
  environment.CONTAINERS_CONF = conf;
  makeBaseImage(work, environment, say);
  const socket = join(work, 'podman.sock');
  const service = spawn('podman', ['system', 'service', '-t', '0', `unix://${socket}`], {
    env: environment,
    stdio: 'ignore',
  });
  Object.assign(environment, {
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_BUILDKIT: '0',
    NODE_IMAGE: baseImage,
    NATS_IMAGE: baseImage,
    NATS_CONF: 'nats-2.9.conf',
  });
  for (let attempt = 0; attempt < 100 && !existsSync(socket); attempt += 1)
    await new Promise((resume) => setTimeout(resume, 200));
  return service;
}

function makeBaseImage(work, environment, say) {
  if (run('podman', ['image', 'exists', baseImage], { environment, allowFailure: true }).status === 0) return;
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
  const certificates = ['--change', 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'];
  run('podman', ['import', ...certificates, archive, baseImage], { environment });
  rmSync(rootfs, { recursive: true, force: true });
  rmSync(archive);
}
