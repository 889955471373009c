import type { ShareTable } from '@cortex/contracts';

/** The table before anybody has come. */
export const emptyTable: ShareTable = { members: [], shares: [], tokens: 0 };

/** Takes a seat. What stands under the same name is of an earlier life, and free. */
export function join(table: ShareTable, member: ShareTable['members'][number]): ShareTable {
  const without = putOut(table, [member.name]);
  return { ...without, members: [...without.members, member] };
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

/**
 * Takes as many free shares as the replica still may have, the last first, as others may not know them; those of `busy` are
 * left for later. One that nobody knows who has room is taken beyond that, by whoever can give up an earlier one for it.
 */
export function claim(
  table: ShareTable,
  replica: string,
  shares: readonly string[],
  busy: ReadonlySet<string>,
): ShareTable {
  const owned = new Set(table.shares.map(({ name }) => name));
  const free = shares.filter((name) => !owned.has(name) && !busy.has(name)).toReversed();
  const room = roomOf(table, replica);
  const mayTake = room === 0 && isForExchange(table, replica, shares, free[0]) ? 1 : room;
  const claimed = free
    .slice(0, Math.max(0, mayTake))
    .map((name, index) => ({ name, owner: replica, token: table.tokens + index + 1 }));
  if (claimed.length === 0) return table;
  return { ...table, shares: [...table.shares, ...claimed], tokens: table.tokens + claimed.length };
}

function isForExchange(table: ShareTable, replica: string, shares: readonly string[], free?: string): boolean {
  if (free === undefined) return false;
  const position = shares.indexOf(free);
  const hasEarlier = heldBy(table, replica).some(({ name }) => shares.indexOf(name) < position);
  return hasEarlier && !table.members.some(({ name, knows }) => knows > position && roomOf(table, name) > 0);
}

/** What the replica must give up: shares that it does not know, and the first of those that are too many: all know these. */
export function surplus(table: ShareTable, replica: string, shares: readonly string[]): readonly string[] {
  const held = new Set(heldBy(table, replica).map(({ name }) => name));
  const unknown = [...held].filter((name) => !shares.includes(name));
  const known = shares.filter((name) => held.has(name));
  return [...unknown, ...known.slice(0, Math.max(0, known.length - targetOf(table, replica)))];
}

/**
 * How many shares the replica is to have: all replicas the same number, as far as they know so many, and one more for those
 * that have most already, so that nothing moves which need not. All who see the same table come to the same numbers, and
 * these add up to all shares.
 */
function targetOf(table: ShareTable, replica: string): number {
  const ranked = table.members
    .map(({ name, knows }) => ({ name, knows, held: heldBy(table, name).length }))
    .toSorted((left, right) => left.knows - right.knows || left.held - right.held || (left.name < right.name ? 1 : -1));
  let taken = 0;
  for (const [index, { name }] of ranked.entries()) {
    // Whoever comes before another knows nothing that this one does not know: so far together they have no more than it knows.
    const parts = ranked.slice(index).map(({ knows }, behind) => Math.floor((knows - taken) / (behind + 1)));
    const target = Math.min(...parts);
    if (name === replica) return target;
    taken += target;
  }
  return 0;
}

function roomOf(table: ShareTable, replica: string): number {
  return targetOf(table, replica) - heldBy(table, replica).length;
}

function heldBy(table: ShareTable, replica: string): ShareTable['shares'] {
  return table.shares.filter(({ owner }) => owner === replica);
}
