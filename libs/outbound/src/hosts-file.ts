import type { LookupAddress } from 'node:dns';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';

const maxBytes = 1_048_576;

/** A file of addresses and names like `/etc/hosts`, read anew when it has changed; one larger than 1 MiB counts as empty. */
export class HostsFile {
  readonly #path: string;
  #version = '';
  #names: ReadonlyMap<string, readonly LookupAddress[]> = new Map();

  constructor(path: string) {
    this.#path = path;
  }

  /** The addresses of a name; empty, if there are none. */
  find(name: string): readonly LookupAddress[] {
    this.#refresh();
    return this.#names.get(name.toLowerCase()) ?? [];
  }

  /** Synchronously: the threads that read files may all be busy. */
  #refresh(): void {
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    const isReadable = stat !== undefined && stat.isFile() && stat.size <= maxBytes;
    const version = isReadable ? `${stat.ino} ${stat.size} ${stat.ctimeMs}` : '';
    if (version === this.#version) return;
    this.#names = isReadable ? parseHosts(readFileSync(this.#path, 'utf8')) : new Map();
    this.#version = version;
  }
}

/** Parses the format of hosts(5). A line without a valid address is skipped. */
export function parseHosts(text: string): ReadonlyMap<string, readonly LookupAddress[]> {
  const found = new Map<string, LookupAddress[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = (line.split('#', 1)[0] ?? '').split(/\s+/).filter((word) => word !== '');
    const family = isIP(address);
    if (family === 0) continue;
    for (const name of new Set(names.map((one) => one.toLowerCase()))) {
      const known = found.get(name);
      if (known === undefined) found.set(name, [{ address, family }]);
      else if (!known.some((one) => one.address === address)) known.push({ address, family });
    }
  }
  return found;
}
