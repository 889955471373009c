/** A random number in [0, 1). */
export type Random = () => number;

/** A small generator of one seed (mulberry32): tests repeat. */
export function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const whole = (random: Random, below: number): number => Math.floor(random() * below);
const pick = (random: Random, words: readonly string[]): string => words[whole(random, words.length)] ?? '';
const hex = (random: Random, digits: number): string =>
  Array.from({ length: digits }, () => whole(random, 16).toString(16)).join('');

const users = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];
const hosts = ['db-1.internal', 'db-2.internal', 'cache-1.internal', 'queue.internal'];
const tables = ['orders', 'customers', 'payments', 'stock'];

/** Kinds of lines as real services write them, after the public log collections (HDFS, OpenSSH, ZooKeeper, web servers). */
const kinds: readonly ((random: Random) => string)[] = [
  (r) =>
    `Receiving block blk_${whole(r, 1e9)} src: /10.0.0.${whole(r, 255)}:${whole(r, 65_535)} dest: /10.0.1.${whole(r, 255)}:50010`,
  (r) => `PacketResponder ${whole(r, 3)} for block blk_-${whole(r, 1e9)} terminating`,
  (r) => `Received block blk_${whole(r, 1e9)} of size ${whole(r, 67_108_864)} from /10.0.0.${whole(r, 255)}`,
  (r) =>
    `BLOCK* NameSystem.addStoredBlock: blockMap updated: 10.0.0.${whole(r, 255)}:50010 is added to blk_${whole(r, 1e9)} size ${whole(r, 1e7)}`,
  (r) =>
    `Failed password for invalid user ${pick(r, users)} from 192.168.${whole(r, 255)}.${whole(r, 255)} port ${whole(r, 65_535)} ssh2`,
  (r) => `Accepted publickey for ${pick(r, users)} from 192.168.1.${whole(r, 255)} port ${whole(r, 65_535)} ssh2`,
  (r) => `Connection closed by 192.168.1.${whole(r, 255)} [preauth]`,
  (r) =>
    `pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.168.1.${whole(r, 255)}`,
  (r) =>
    `Session 0x${hex(r, 15)} for server ${pick(r, hosts)}/10.0.0.${whole(r, 255)}:2181, unexpected error, closing socket connection`,
  (r) => `Expiring session 0x${hex(r, 15)}, timeout of ${whole(r, 20) * 1000}ms exceeded`,
  (r) => `Accepted socket connection from /10.10.34.${whole(r, 255)}:${whole(r, 65_535)}`,
  (r) =>
    `request ${hex(r, 8)}-${hex(r, 4)}-${hex(r, 4)}-${hex(r, 4)}-${hex(r, 12)} served in ${whole(r, 900)} ms with status 200`,
  (r) =>
    `upstream timed out (110: Connection timed out) while reading response header from upstream, client: 10.0.0.${whole(r, 255)}, server: shop`,
  (r) => `duplicate key value violates unique constraint "${pick(r, tables)}_pkey"`,
  (r) =>
    `checkpoint complete: wrote ${whole(r, 9000)} buffers (${whole(r, 99)}.${whole(r, 9)}%); 0 WAL file(s) added, ${whole(r, 3)} removed`,
  (r) => `automatic vacuum of table shop.public.${pick(r, tables)}: index scans: ${whole(r, 5)}`,
  (r) => `User ${pick(r, users)} added item ${whole(r, 9999)} to the cart`,
  (r) => `User ${pick(r, users)} paid order ${hex(r, 12)}a1 with card ending in ${whole(r, 9999)}`,
  (r) =>
    `Payment of order ${whole(r, 99_999)} declined by provider ${pick(r, ['visa', 'mastercard', 'amex'])}: insufficient funds`,
  (r) => `Cannot open "/var/lib/shop/${pick(r, tables)}/${whole(r, 999)}.dat": no space left on device`,
  (r) =>
    `2026-01-05T10:${10 + whole(r, 49)}:${10 + whole(r, 49)}.${100 + whole(r, 899)}Z cache miss for key cart:${whole(r, 99_999)}, loaded from ${pick(r, hosts)}`,
  (r) => `Failed to connect to ${pick(r, hosts)} after ${whole(r, 9)} attempts`,
  (r) => `Failed to read header of request ${whole(r, 9999)}`,
  (r) => `Failed to reserve stock for ${pick(r, users)}`,
  // Hard ones: a name in front, or a difference in one word of four.
  (r) => `${pick(r, users)} signed in from 192.168.1.${whole(r, 255)}`,
  (r) => `Connection to ${pick(r, hosts)} lost`,
  (r) => `Connection to ${pick(r, hosts)} established`,
  () => 'Shutting down gracefully',
  () => 'Configuration reloaded without changes',
  (r) => `GC pause (young) ${whole(r, 900)}M->${whole(r, 300)}M(${whole(r, 2000)}M), 0.0${whole(r, 99)} secs`,
  (r) =>
    `job ${pick(r, ['mail', 'report', 'cleanup', 'invoice'])} finished after ${whole(r, 300)}.${whole(r, 9)} seconds, next run at 2026-01-0${1 + whole(r, 8)} 0${whole(r, 9)}:00:00`,
];

export interface CorpusLine {
  readonly kind: number;
  readonly line: string;
}

/** Lines of every kind, some kinds much more often than others. */
export function corpusOf(lines: number, seed: number): CorpusLine[] {
  const random = randomOf(seed);
  return Array.from({ length: lines }, () => {
    const kind = Math.floor(random() ** 2 * kinds.length);
    return { kind, line: kinds[kind]?.(random) ?? '' };
  });
}
