import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** A TCP port on which somebody listens, and who, as far as this user may see. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  readonly pid?: number;
  readonly program?: string;
  /** The systemd service that the process belongs to. */
  readonly unit?: string;
  readonly argv?: readonly string[];
  /** The folder that it runs in. */
  readonly cwd?: string;
}

interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

const listening = '0A';

/** Who listens on this machine, from `/proc`; nothing where there is none (macOS). */
export function findListeners(proc = '/proc'): readonly Listener[] {
  const sockets = ['tcp', 'tcp6'].flatMap((name) => parseSocketTable(textOf(join(proc, 'net', name)) ?? ''));
  if (sockets.length === 0) return [];
  const owners = socketOwners(proc, new Set(sockets.map(({ inode }) => inode)));
  return sockets.map(({ address, port, inode }) => ({ address, port, ...processOf(proc, owners.get(inode)) }));
}

/** The sockets in LISTEN of `/proc/net/tcp` and `/proc/net/tcp6`: see proc(5). */
export function parseSocketTable(text: string): readonly ListeningSocket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port = ''] = local.split(':');
      if (state !== listening) return [];
      return [{ address: readAddress(address), port: Number.parseInt(port, 16), inode }];
    });
}

/** In 32-bit words of the machine's byte order, which is little-endian wherever Node runs. */
function readAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].toReversed());
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 12).join() === '0,0,0,0,0,0,0,0,0,0,255,255';
  if (isMapped) return bytes.slice(12).join('.');
  if (bytes.every((byte) => byte === 0)) return '::';
  if (bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1) return '::1';
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  return groups.join(':');
}

/** The service of a process, from `/proc/<pid>/cgroup`: the last part that is one. */
export function unitOf(cgroup: string): string | undefined {
  const parts = cgroup.split('\n').flatMap((line) => line.split('/'));
  return parts.findLast((part) => /^[A-Za-z0-9:_.@\\-]+\.service$/.test(part) && !part.startsWith('user@'));
}

function socketOwners(proc: string, wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const owners = new Map<string, number>();
  for (const name of readdirSync(proc)) {
    if (!/^\d+$/.test(name)) continue;
    for (const target of openFiles(join(proc, name, 'fd'))) {
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      // The first is the parent of those that inherited the socket.
      if (inode !== undefined && wanted.has(inode) && !owners.has(inode)) owners.set(inode, Number(name));
    }
  }
  return owners;
}

function openFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder).flatMap((name) => linkOf(join(folder, name)) ?? []);
  } catch {
    // Of another user, or gone.
    return [];
  }
}

function processOf(proc: string, pid: number | undefined): Omit<Listener, 'address' | 'port'> {
  if (pid === undefined) return {};
  const read = (name: string): string | undefined => textOf(join(proc, String(pid), name));
  const program = read('comm')?.trim();
  const unit = unitOf(read('cgroup') ?? '');
  const argv = read('cmdline')?.replace(/\0$/, '').split('\0');
  const cwd = linkOf(join(proc, String(pid), 'cwd'));
  return {
    pid,
    ...(program === undefined ? {} : { program }),
    ...(unit === undefined ? {} : { unit }),
    ...(argv === undefined ? {} : { argv }),
    ...(cwd === undefined ? {} : { cwd }),
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A process may end at any moment.
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
