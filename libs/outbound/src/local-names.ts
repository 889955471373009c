import type { LookupAddress, LookupOptions } from 'node:dns';
import { readFileSync } from 'node:fs';
import { HostsFile } from './hosts-file.ts';

const loopback: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
const hosts = new HostsFile('/etc/hosts');
let isHostsFirst: boolean | undefined;

/** Addresses known without a name server: from `/etc/hosts`, and `localhost` (RFC 6761). Empty: ask a name server. */
export function localAddresses(name: string, family: LookupOptions['family'] = 0): readonly LookupAddress[] {
  isHostsFirst ??= asksHostsFirst(readIfThere('/etc/nsswitch.conf'));
  const ofFamily = (addresses: readonly LookupAddress[]): readonly LookupAddress[] =>
    addresses.filter((one) => family === 0 || family === one.family || family === `IPv${one.family}`);
  const listed = isHostsFirst ? ofFamily(hosts.find(name)) : [];
  if (listed.length > 0) return listed;
  return /^(?:.+\.)?localhost\.?$/i.test(name) ? ofFamily(loopback) : [];
}

/** Whether nsswitch.conf(5) puts `/etc/hosts` before name servers; that is also the default. */
export function asksHostsFirst(nsswitch: string): boolean {
  const sources = /^[ \t]*hosts:(.*)$/m.exec(nsswitch)?.[1]?.replace(/#.*$/, '').split(/\s+/);
  if (sources === undefined) return true;
  const [files, dns] = [sources.indexOf('files'), sources.indexOf('dns')];
  return files >= 0 && (dns < 0 || files < dns);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
