import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join, resolve } from 'node:path';
import {
  freePort,
  makeCertificate,
  mountTmpfs,
  startPostgres,
  startProcess,
  startRabbitmq,
  startRedis,
  temporaryFolder,
  type TestMount,
  type TestPostgres,
  type TestProcess,
  type TestServer,
} from '@cortex/testing';
import { parseDocument } from 'yaml';
import { fillDatabases, makeBackup } from './shop-database.ts';

/** Everything that deploy/config speaks of, as real servers, files and a file system of its own. */
export interface ShopSite {
  /** deploy/config/cortex.yaml with other addresses. */
  readonly configFile: string;
  /** What is behind its references. */
  readonly env: Readonly<Record<string, string>>;
  readonly shop: TestProcess;
  readonly auth: TestProcess;
  readonly database: TestPostgres;
  readonly cache: TestServer;
  readonly queue: TestServer;
  /** A file system of its own; absent where this process may not mount. */
  readonly disk: TestMount | undefined;
  readonly tls: Server;
  readonly backup: string;
  stop(): Promise<void>;
}

const day = 86_400_000;

export async function startShopSite({ mayMount }: { readonly mayMount: boolean }): Promise<ShopSite> {
  const folder = temporaryFolder('cortex-shop-');
  const disk = mayMount ? mountTmpfs(2 * 1024 * 1024) : undefined;
  const diskPath = disk?.path ?? folder.path;
  const [database, cache, queue] = await Promise.all([
    startPostgres(),
    startRedis({ password: 'cache-secret' }),
    startRabbitmq(),
  ]);
  const [shopPort, authPort] = [await freePort(), await freePort()];
  // Processes go by the name of their script.
  const nginx = join(folder.path, 'nginx');
  symlinkSync(resolve('test/system/support/shop-server.mjs'), nginx);
  const start = (port: number, pidFile: string): TestProcess =>
    startProcess([process.execPath, nginx, String(port), join(folder.path, pidFile)]);
  const [shop, auth] = [start(shopPort, 'nginx.pid'), start(authPort, 'auth.pid')];
  await Promise.all([shop.waitForLine('listening'), auth.waitForLine('listening')]);
  const tls = createServer(makeCertificate(new Date(Date.now() + 365 * day)));
  const tlsPort = await freePort();
  await new Promise<void>((ready) => tls.listen(tlsPort, '127.0.0.1', ready));

  await fillDatabases(database);
  for (const name of ['backups', 'scans']) mkdirSync(join(folder.path, name));
  const backup = await makeBackup(database, join(folder.path, 'backups'));
  writeFileSync(join(folder.path, 'token'), 'x');
  writeFileSync(join(folder.path, 'scans/today.json'), JSON.stringify({ CreatedAt: new Date().toISOString() }));

  const configFile = join(folder.path, 'cortex.yaml');
  const shallow = 'services.1.shallow_checks';
  const deep = 'services.1.deep_checks';
  const comprehensive = 'services.1.comprehensive_checks';
  const addresses = {
    'services.0.instances.0.port': authPort,
    'services.1.instances.0.port': shopPort,
    [`${shallow}.tcp_port.port`]: shopPort,
    [`${shallow}.process_running.pid_file`]: join(folder.path, 'nginx.pid'),
    [`${shallow}.basic_metrics.path`]: diskPath,
    [`${deep}.filesystem_io.write_test_file`]: join(diskPath, 'health_check_write'),
    [`${deep}.filesystem_io.read_test_file`]: join(diskPath, 'health_check_read'),
    [`${comprehensive}.backup_integrity.path`]: join(folder.path, 'backups'),
    [`${comprehensive}.security_posture.certificates.0`]: `localhost:${tlsPort}`,
    [`${comprehensive}.security_posture.secrets.0`]: join(folder.path, 'token'),
    [`${comprehensive}.security_posture.scan_reports`]: join(folder.path, 'scans/*.json'),
  };
  writeFileSync(configFile, withAddresses(readFileSync('deploy/config/cortex.yaml', 'utf8'), addresses));
  return {
    configFile,
    env: {
      CORTEX_POOL_HEALTH_CHECK: database.url(),
      SHOP_CACHE_URL: cache.url,
      SHOP_QUEUE_URL: `amqp://guest:guest@127.0.0.1:${queue.port}`,
      USERS_DATABASE_URL: database.url('users'),
      ORDERS_DATABASE_URL: database.url('orders'),
      INVENTORY_DATABASE_URL: database.url('inventory'),
      SCRATCH_DATABASE_URL: database.url(),
      SHOP_PROBE_PASSWORD: 'probe-secret',
      PAGE_SECRET: 'page-secret',
    },
    shop,
    auth,
    database,
    cache,
    queue,
    disk,
    tls,
    backup,
    async stop() {
      tls.closeAllConnections();
      tls.close();
      await Promise.all([shop.kill(), auth.kill(), database.stop(), cache.stop(), queue.stop()]);
      await disk?.unmount();
      folder.remove();
    },
  };
}

/** Replaces values that stand there, and nothing else. */
function withAddresses(text: string, addresses: Readonly<Record<string, string | number>>): string {
  const document = parseDocument(text);
  for (const [place, address] of Object.entries(addresses)) {
    const path = place.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    if (!document.hasIn(path)) throw new Error(`there is no ${place} to replace`);
    document.setIn(path, address);
  }
  return document.toString();
}
