import type { ShareTable } from '@cortex/contracts';

/** The table before anybody has come. */
export const emptyTable: ShareTable = { members: [], shares: [], tokens: 0 };

/** Takes a seat. What stands under the same name is of an earlier life, and free. */
export function join(table: ShareTable, name: string, seat: number): ShareTable {
  const without = putOut(table, [name]);
  return { ...without, members: [...without.members, { name, seat }] };
}

/** Whether the replica has its seat, has none, or has lost its place to a successor of the same name. */
export function seatIn(table: ShareTable, name: string, seat: number): 'ours' | 'none' | 'successor' {
  const member = table.members.find((one) => one.name === name);
  if (member === undefined || member.seat < seat) return 'none';
  return member.seat === seat ? 'ours' : 'successor';
}

/** Frees seats and everything that their replicas own. */
export function putOut(table: ShareTable, replicas: readonly string[]): ShareTable {
  if (replicas.length === 0) return table;
  return {
    ...table,
    members: table.members.filter(({ name }) => !replicas.includes(name)),
    shares: table.shares.filter(({ owner }) => !replicas.includes(owner)),
  };
}

/** Frees what the replica owns but under none of these tokens: its work on that has ended. */
export function releaseAllBut(table: ShareTable, replica: string, tokens: ReadonlySet<number>): ShareTable {
  const shares = table.shares.filter(({ owner, token }) => owner !== replica || tokens.has(token));
  return shares.length === table.shares.length ? table : { ...table, shares };
}

/** Takes as many free shares as the replica still may have; those of `busy` are left for later. */
export function claim(
  table: ShareTable,
  replica: string,
  shares: readonly string[],
  busy: ReadonlySet<string>,
): ShareTable {
  const owned = new Set(table.shares.map(({ name }) => name));
  const room = Math.max(0, targetOf(table, replica, shares) - heldBy(table, replica, shares).length);
  const free = shares.filter((name) => !owned.has(name) && !busy.has(name)).slice(0, room);
  if (free.length === 0) return table;
  const claimed = free.map((name, index) => ({ name, owner: replica, token: table.tokens + index + 1 }));
  return { ...table, shares: [...table.shares, ...claimed], tokens: table.tokens + claimed.length };
}

/** What the replica must give up: shares that it does not know, and the newest of those that are too many. */
export function surplus(table: ShareTable, replica: string, shares: readonly string[]): readonly string[] {
  const known = new Set(shares);
  const unknown = table.shares.filter(({ name, owner }) => owner === replica && !known.has(name));
  const held = heldBy(table, replica, shares).toSorted((left, right) => left.token - right.token);
  return [...unknown, ...held.slice(targetOf(table, replica, shares))].map(({ name }) => name);
}

/**
 * How many shares the replica is to have: all replicas the same number, and one more for those that have most already, so
 * that nothing moves which need not. All who see the same table come to the same numbers, and these add up to all shares.
 */
function targetOf(table: ShareTable, replica: string, shares: readonly string[]): number {
  const ranked = table.members
    .map(({ name }) => ({ name, held: heldBy(table, name, shares).length }))
    .toSorted((left, right) => right.held - left.held || (left.name < right.name ? -1 : 1));
  const rank = ranked.findIndex(({ name }) => name === replica);
  if (rank < 0) return 0;
  return Math.floor(shares.length / ranked.length) + (rank < shares.length % ranked.length ? 1 : 0);
}

function heldBy(table: ShareTable, replica: string, shares: readonly string[]): ShareTable['shares'] {
  const known = new Set(shares);
  return table.shares.filter(({ name, owner }) => owner === replica && known.has(name));
}
