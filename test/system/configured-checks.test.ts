import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { connectBus } from '@cortex/bus';
import { healthChecked, type CheckOutcome } from '@cortex/contracts';
import { eventually, makeCertificate, mayMount, silentLogger, startApp, startProvisionedNats } from '@cortex/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { damage, execute } from './support/shop-database.ts';
import { startShopSite, type ShopSite } from './support/shop-site.ts';

type Group = Readonly<Record<string, unknown>>;
interface Example {
  readonly services: readonly { readonly [group: `${string}_checks`]: Group | undefined }[];
}

const example = parse(readFileSync('deploy/config/cortex.yaml', 'utf8')) as Example;
const shopService = example.services[1];
const checks = Object.keys({
  ...shopService?.shallow_checks,
  ...shopService?.deep_checks,
  ...shopService?.comprehensive_checks,
});

const isMounter = mayMount();

/** Within 50 or 100 ms a busy machine may not come to an answer: then it is asked again. */
const patience = { timeoutMs: 30_000 };

/** What happens to the site, in this order, and which checks then say why they fail. */
const faults: readonly {
  readonly fault: string;
  readonly strike: (site: ShopSite) => unknown;
  readonly fails: Readonly<Record<string, RegExp>>;
  readonly needsMount?: boolean;
}[] = [
  {
    fault: 'a user is lost whose orders are there',
    strike: ({ database }) => execute(database, 'users', 'DELETE FROM users WHERE id = 7'),
    fails: { data_consistency: /1 of 50 sampled orders\.user_id \(2\.0%\) do not exist as users\.id.*: 7$/ },
  },
  {
    fault: 'a byte of the newest backup is another',
    strike: ({ backup }) => damage(backup),
    fails: { backup_integrity: /the checksum of orders\.dump is \w+…, expected \w+…/ },
  },
  {
    fault: 'the database is killed',
    strike: ({ database }) => database.kill(),
    fails: {
      database_connectivity: /postgres at env:CORTEX_POOL_HEALTH_CHECK: connection refused/,
      data_consistency: /orders: connection refused/,
    },
  },
  {
    fault: 'the cache is killed',
    strike: ({ cache }) => cache.kill(),
    fails: { cache_functionality: /redis at env:SHOP_CACHE_URL: .*connection refused/ },
  },
  {
    fault: 'the queue is killed',
    strike: ({ queue }) => queue.kill(),
    fails: { message_queue: /rabbitmq at env:SHOP_QUEUE_URL: connection refused/ },
  },
  {
    fault: 'the dependency is killed',
    strike: ({ auth }) => auth.kill(),
    fails: { api_dependency: /\/api\/v1\/health\/deep: connection refused/ },
  },
  {
    fault: 'the shop is killed',
    strike: ({ shop }) => shop.kill(),
    fails: {
      http_endpoint: /\/health: connection refused/,
      tcp_port: /localhost:\d+: connection refused/,
      process_running: /no process has pid \d+/,
      end_to_end_workflow: /step create_test_user: connection refused/,
      performance_benchmark: /100% of \d+ requests failed, expected <0\.1% \(\d+× connection refused\)/,
    },
  },
  {
    fault: 'the disk shrinks',
    needsMount: true,
    strike: ({ disk }) => disk?.resize(512 * 1024),
    fails: { basic_metrics: /disk_space is \d+ bytes at .*, expected >1GB/ },
  },
  {
    fault: 'the disk turns read-only',
    needsMount: true,
    strike: ({ disk }) => disk?.makeReadOnly(),
    fails: { filesystem_io: /health_check_write: the file system is read-only/ },
  },
  {
    fault: 'the certificate is near its end',
    strike: ({ tls }) => tls.setSecureContext(makeCertificate(new Date(Date.now() + 10 * 86_400_000))),
    fails: { security_posture: /the certificate of localhost:\d+ expires .*, expected > 30_days/ },
  },
];

describe('deploy/config/cortex.yaml against real servers', () => {
  let site: ShopSite;

  beforeAll(async () => {
    site = await startShopSite({ mayMount: isMounter });
  });
  afterAll(() => site?.stop());

  it.each(checks)('%s passes', async (name) => {
    await eventually(async () => expect(complaintOf(await check(site, name))).toBe(''), patience);
  });

  it('is run whole by the health checker', async () => {
    const nats = await startProvisionedNats();
    const bus = await connectBus({ servers: nats.url, source: '/cortex/test', name: 'test', logger: silentLogger });
    const passed = new Set<string>();
    await bus.read({
      event: healthChecked,
      from: 'all',
      handle: ({ data }) => void (complaintOf(data) === '' && passed.add(data.check)),
    });
    const { configFile, env } = site;
    const checker = startApp(resolve('apps/health-checker'), { natsUrl: nats.url, folder: dirname(configFile), env });
    try {
      await eventually(() => expect([...passed].sort()).toEqual(checks.map((name) => `shop/${name}`).sort()), patience);
    } finally {
      await checker.stop();
      await bus.drain();
      await nats.stop();
    }
  });

  it.for(faults)('says why when $fault', async ({ strike, fails, needsMount = false }, { skip }) => {
    skip(needsMount && !isMounter, 'file systems can only be mounted as root');
    await strike(site);
    const failing = Object.entries(fails).map(([name, cause]) =>
      eventually(async () => {
        const { result, detail } = await check(site, name);
        expect({ name, result }).toEqual({ name, result: 'fail' });
        expect(detail).toMatch(cause);
      }, patience),
    );
    await Promise.all(failing);
  });

  it('has been seen to fail in each of its checks', () => {
    const failed = new Set(faults.flatMap(({ fails }) => Object.keys(fails)));
    expect([...failed].sort()).toEqual([...checks].sort());
  });
});

/** What a busy machine is told, rightly: other tests may run beside this one. */
const busy = [/^cpu_usage is (9\d|100)(\.\d)?%, expected <90%$/, /: p95 was [\d.]+ ms, expected <500ms$/];

/** Empty when it passes. That this machine is busy is no complaint. */
function complaintOf({ result, detail }: Pick<CheckOutcome, 'result' | 'detail'>): string {
  return result === 'pass' || busy.some((pattern) => pattern.test(detail)) ? '' : detail;
}

/** `cortex check`, as a user calls it. */
function check({ configFile, env }: ShopSite, name: string): Promise<CheckOutcome> {
  const argv = ['apps/cli/dist/main.js', 'check', 'run', `shop/${name}`, '--config', configFile, '-o', 'json'];
  return new Promise((answer, reject) => {
    execFile(process.execPath, argv, { env: { ...process.env, ...env } }, (_error, stdout, stderr) => {
      try {
        const [outcome] = (JSON.parse(stdout) as { readonly checks: readonly CheckOutcome[] }).checks;
        if (outcome === undefined) throw new Error('no outcome');
        answer(outcome);
      } catch (cause) {
        reject(new Error(`cortex check said: ${stdout}${stderr}`, { cause }));
      }
    });
  });
}
