import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, giveToPostgres, mountTmpfs, postgresArgv, startHttpReceiver } from '@cortex/testing';
import type { HttpReceiver, TestMount } from '@cortex/testing';
import { stringify } from 'yaml';

/** One program of the site, run as its owner would run it: in the background, with a pid file. */
export interface Program {
  readonly service: string;
  readonly instance: string;
  readonly pidFile: string;
  readonly command: readonly string[];
}

/** A small site as an SRE has it: Postgres, Redis, nginx, two workers, an API that nobody may restart, a small disk. */
export interface OrdinarySite {
  readonly configFile: string;
  readonly pages: HttpReceiver;
  readonly programs: Readonly<Record<'db' | 'cache' | 'web' | 'worker' | 'batch' | 'api', Program>>;
  readonly disk: TestMount;
  /** The environment that the configuration refers to. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export const pageSecret = 'ordinary-day';

/** Writes the configuration as docs/configuration.md describes it, with intervals of seconds, and starts everything. */
export async function startOrdinarySite(dir: string): Promise<OrdinarySite> {
  const run = join(dir, 'run');
  mkdirSync(run, { recursive: true });
  mkdirSync(join(dir, 'playbooks'), { recursive: true });
  const [dbPort, cachePort, webPort, apiPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const pages = await startHttpReceiver();
  const disk = mountTmpfs(8_192);
  const program = (service: string, command: readonly string[]): Program => ({
    service,
    instance: `${service}-1`,
    pidFile: join(run, `${service}.pid`),
    command,
  });
  const programs = {
    db: program('db', postgresCommand(dir, dbPort)),
    cache: program('cache', ['redis-server', '--port', String(cachePort), '--bind', '127.0.0.1', '--save', '']),
    web: program('web', nginxCommand(dir, webPort)),
    worker: program('worker', [process.execPath, '-e', 'setInterval(() => {}, 1_000)']),
    batch: program('batch', [process.execPath, '-e', 'setInterval(() => {}, 1_000)']),
    api: program('api', [process.execPath, '-e', apiSource(apiPort)]),
  };
  const configFile = join(dir, 'cortex.yaml');
  const ports = { db: dbPort, cache: cachePort, web: webPort, api: apiPort };
  writeFileSync(configFile, stringify(configurationOf(programs, ports, pages.url, disk.path)));
  for (const playbook of playbooksOf(disk.path)) {
    writeFileSync(join(dir, 'playbooks', `${playbook.playbook_id}.yaml`), stringify(playbook));
  }
  for (const one of Object.values(programs)) startProgram(one);
  return {
    configFile,
    pages,
    programs,
    disk,
    env: {
      ORDINARY_DATABASE_URL: `postgres://postgres@127.0.0.1:${dbPort}/postgres`,
      ORDINARY_PAGE_SECRET: pageSecret,
    },
    async stop() {
      for (const one of Object.values(programs)) signalProgram(one, one.service === 'db' ? 'SIGQUIT' : 'SIGKILL');
      await pages.stop();
      await disk.unmount();
    },
  };
}

export function startProgram({ command: [program = '', ...rest], pidFile }: Program): void {
  const child = spawn(program, rest, { detached: true, stdio: 'ignore', cwd: '/' });
  child.unref();
  writeFileSync(pidFile, `${child.pid}\n`);
}

export function pidOf({ pidFile }: Program): number {
  return Number(readFileSync(pidFile, 'utf8').trim());
}

export function signalProgram(program: Program, signal: NodeJS.Signals): void {
  try {
    process.kill(pidOf(program), signal);
  } catch {
    // It is not running.
  }
}

export function isRunning(program: Program): boolean {
  try {
    process.kill(pidOf(program), 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pidOf(program)}/status`, 'utf8'));
  } catch {
    return false;
  }
}

type Playbook = Readonly<Record<string, unknown>> & { readonly playbook_id: string };

const soon = { interval: '1s', timeout: '900ms', retries: 1 };
const later = { interval: '2s', timeout: '1s', retries: 0 };

function configurationOf(
  programs: OrdinarySite['programs'],
  ports: Readonly<Record<'db' | 'cache' | 'web' | 'api', number>>,
  pageUrl: string,
  diskPath: string,
): object {
  const service = (name: keyof typeof programs, more: object): object => ({
    name,
    instances: [
      {
        id: programs[name].instance,
        process: { pid_file: programs[name].pidFile, start_command: programs[name].command, cwd: '/' },
      },
    ],
    ...more,
  });
  const http = (port: number): object => ({ ...soon, url: `http://127.0.0.1:${port}/`, expected_status: 200 });
  const tcp = (port: number): object => ({ ...soon, host: '127.0.0.1', port });
  const running = { process_running: { ...soon, check_method: 'pid_file' } };
  return {
    version: 1,
    environment: 'production',
    playbooks: ['playbooks/*.yaml'],
    services: [
      service('db', {
        kind: 'database_cluster',
        shallow_checks: { tcp_port: tcp(ports.db) },
        deep_checks: {
          database_connectivity: {
            ...later,
            type: 'postgres',
            action: 'SELECT 1',
            connection: 'env:ORDINARY_DATABASE_URL',
          },
        },
      }),
      service('cache', {
        shallow_checks: { tcp_port: tcp(ports.cache) },
        deep_checks: {
          cache_functionality: { ...later, type: 'redis', host: '127.0.0.1', port: ports.cache },
        },
      }),
      service('web', { kind: 'web', users: 1000, shallow_checks: { http_endpoint: http(ports.web), ...running } }),
      service('worker', { kind: 'workers', shallow_checks: running }),
      service('batch', { kind: 'workers', shallow_checks: running }),
      service('api', {
        kind: 'api_services',
        critical: true,
        users: 1000,
        shallow_checks: { http_endpoint: http(ports.api) },
      }),
      { name: 'spool', kind: 'storage', instances: [{ id: 'spool-1' }] },
    ],
    escalation: {
      contacts: [
        {
          name: 'on_call_engineer',
          channels: [{ type: 'webhook', url: pageUrl, secret: 'env:ORDINARY_PAGE_SECRET' }],
        },
      ],
      policies: [
        {
          name: 'Everything',
          escalation_chain: [{ level: 1, delay: '0s', condition: 'always', notify: 'on_call_engineer' }],
        },
      ],
    },
    collector: {
      host: { service: 'spool', instance: 'spool-1', interval: '1s', disks: [{ path: diskPath }] },
      otlp: { host: '127.0.0.1', port: 0 },
    },
  };
}

function playbooksOf(disk: string): readonly Playbook[] {
  const restart = (id: string, condition: string, services: readonly string[]): Playbook => ({
    playbook_id: id,
    name: `Restart ${services.join(' and ')}`,
    version: '1.0.0',
    category: 'application',
    severity: 'high',
    services,
    trigger: { condition, duration: '0s' },
    remediation_steps: [
      { step: 1, name: 'Restart', action: 'restart_service', wait_for_healthy: true, timeout: '20s' },
    ],
    verification: { wait_time: '0s', retry: 3, health_checks: { duration: '2s' } },
    rollback: { available: false, reason: 'A restart has no undo' },
    escalation: { on_failure: true, notify: ['on_call_engineer'] },
    safety: { max_retries: 3, require_approval: false, blast_radius: 'single_host' },
  });
  return [
    restart('start-postgres', '"db/tcp_port" in failing_checks', ['db']),
    restart('start-redis', '"cache/cache_functionality" in failing_checks', ['cache']),
    restart('start-nginx', '"web/process_running" in failing_checks', ['web']),
    restart('start-worker', 'health_state in ["UNHEALTHY", "CRITICAL"]', ['worker', 'batch']),
    {
      ...restart('clean-spool', 'disk_usage_percent > 85', ['spool']),
      category: 'infrastructure',
      remediation_steps: [
        {
          step: 1,
          name: 'Clean temporary files',
          action: 'cleanup_temp_files',
          paths: [`${disk}/*`],
          allowed_roots: [disk],
          age_threshold: '0s',
          timeout: '1m',
        },
      ],
      verification: {
        check: 'disk_usage_percent < 75',
        wait_time: '1s',
        retry: 3,
        // A trend needs three samples, and the collector takes one a second.
        short_term: { metrics: ['disk_usage_percent'], duration: '6s', interval: '1s' },
        health_checks: { duration: '0s' },
      },
      rollback: { available: false, reason: 'Cleanup operations are not reversible' },
    },
  ];
}

function apiSource(port: number): string {
  return `require('node:http').createServer((_, response) => response.end('ok')).listen(${port}, '127.0.0.1')`;
}

function nginxCommand(dir: string, port: number): readonly string[] {
  const folder = join(dir, 'nginx');
  mkdirSync(join(folder, 'temp'), { recursive: true });
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, 'temp', kind)};`,
  );
  const server = `server { listen 127.0.0.1:${port}; location / { return 200 "ok"; } }`;
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${join(folder, 'nginx.pid')}; error_log ${join(folder, 'error.log')};
events {}
http { access_log off; ${temp.join(' ')} ${server} }
`,
  );
  return ['nginx', '-p', folder, '-c', file];
}

/** Postgres in a folder of its own. */
function postgresCommand(dir: string, port: number): readonly string[] {
  const folder = join(dir, 'postgres');
  mkdirSync(folder, { recursive: true });
  giveToPostgres(folder);
  // Its user must get there.
  chmodSync(dir, 0o711);
  const data = join(folder, 'data');
  const how = ['-D', data, '--auth=trust', '--username=postgres', '--no-sync'];
  const [program = '', ...rest] = [...postgresArgv('initdb'), ...how];
  execFileSync(program, rest, { cwd: '/', stdio: 'pipe' });
  const settings = ['fsync=off', 'shared_buffers=16MB'].flatMap((setting) => ['-c', setting]);
  return [...postgresArgv('postgres'), '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...settings];
}
