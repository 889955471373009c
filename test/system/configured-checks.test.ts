import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { CheckOutcome } from '@cortex/contracts';
import { eventually, makeCertificate, mayMount } from '@cortex/testing';
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

  it.for(faults)('says why when $fault', async ({ strike, fails, needsMount = false }, { skip }) => {
    skip(needsMount && !isMounter, 'file systems can only be mounted as root');
    await strike(site);
    const failing = Object.entries(fails).map(([name, cause]) =>
      eventually(async () => {
        const { passed, detail, evidence } = await check(site, name);
        expect({ name, passed, outcome: evidence['outcome'] }).toEqual({ name, passed: false, outcome: 'fail' });
        expect(detail).toMatch(cause);
      }, patience),
    );
    await Promise.all(failing);
  });

  it('has been seen to fail in every check', () => {
    const failed = new Set(faults.flatMap(({ fails }) => Object.keys(fails)));
    expect([...failed].sort()).toEqual([...checks].sort());
  });
});

/** Empty when it passes. That processors are busy is no complaint: other tests may run beside this one. */
function complaintOf({ passed, type, detail }: CheckOutcome): string {
  const isBusy = type === 'basic_metrics' && /^cpu_usage is (9\d|100)(\.\d)?%, expected <90%$/.test(detail);
  return passed || isBusy ? '' : detail;
}

/** `cortex check`, as a user calls it. */
function check({ configFile, env }: ShopSite, name: string): Promise<CheckOutcome> {
  const argv = ['apps/cli/dist/main.js', 'check', 'run', `shop/${name}`, '--config', configFile, '-o', 'json'];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, argv, { env: { ...process.env, ...env } }, (_error, stdout, stderr) => {
      try {
        const [outcome] = (JSON.parse(stdout) as { readonly checks: readonly CheckOutcome[] }).checks;
        if (outcome === undefined) throw new Error('no outcome');
        resolve(outcome);
      } catch (cause) {
        reject(new Error(`cortex check said: ${stdout}${stderr}`, { cause }));
      }
    });
  });
}
