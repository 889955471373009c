import type { ShardTable } from '@cortex/contracts';

/** The table before the first replica has joined. */
export const emptyTable: ShardTable = { members: [], shares: [], tokens: 0 };

/** Adds a member. An entry of the same name belongs to an earlier process and is evicted. */
export function join(table: ShardTable, member: ShardTable['members'][number]): ShardTable {
  const without = evict(table, [member.name]);
  return { ...without, members: [...without.members, member] };
}

/** Whether the lease of this token is the replica's membership, is not in the table, or was replaced by a successor's. */
export function membershipOf(table: ShardTable, name: string, leaseToken: number): 'ours' | 'none' | 'successor' {
  const member = table.members.find((one) => one.name === name);
  if (member === undefined || member.seat < leaseToken) return 'none';
  return member.seat === leaseToken ? 'ours' : 'successor';
}

/** Removes members and frees every shard that they own. */
export function evict(table: ShardTable, replicas: readonly string[]): ShardTable {
  if (replicas.length === 0) return table;
  return {
    ...table,
    members: table.members.filter(({ name }) => !replicas.includes(name)),
    shares: table.shares.filter(({ owner }) => !replicas.includes(owner)),
  };
}

/** Frees the replica's shards whose tokens are not among these: its work on them has ended. */
export function releaseAllBut(table: ShardTable, replica: string, tokens: ReadonlySet<number>): ShardTable {
  const shares = table.shares.filter(({ owner, token }) => owner !== replica || tokens.has(token));
  return shares.length === table.shares.length ? table : { ...table, shares };
}

/**
 * Claims as many free shards as the replica has room for, the last of the list first, because other replicas may not know
 * those; shards in `busy` are left for later. A free shard that no replica with room knows is claimed beyond that by a
 * replica that owns an earlier one, which it then gives up as surplus.
 */
export function claim(
  table: ShardTable,
  replica: string,
  shards: readonly string[],
  busy: ReadonlySet<string>,
): ShardTable {
  const owned = new Set(table.shares.map(({ name }) => name));
  const free = shards.filter((name) => !owned.has(name) && !busy.has(name)).toReversed();
  const room = roomOf(table, replica);
  const mayTake = room === 0 && isForExchange(table, replica, shards, free[0]) ? 1 : room;
  const claimed = free
    .slice(0, Math.max(0, mayTake))
    .map((name, index) => ({ name, owner: replica, token: table.tokens + index + 1 }));
  if (claimed.length === 0) return table;
  return { ...table, shares: [...table.shares, ...claimed], tokens: table.tokens + claimed.length };
}

function isForExchange(table: ShardTable, replica: string, shards: readonly string[], free?: string): boolean {
  if (free === undefined) return false;
  const position = shards.indexOf(free);
  const hasEarlier = heldBy(table, replica).some(({ name }) => shards.indexOf(name) < position);
  return hasEarlier && !table.members.some(({ name, knows }) => knows > position && roomOf(table, name) > 0);
}

/** The shards that the replica must give up: those that it does not know, and its first ones beyond its target. */
export function surplus(table: ShardTable, replica: string, shards: readonly string[]): readonly string[] {
  const held = new Set(heldBy(table, replica).map(({ name }) => name));
  const unknown = [...held].filter((name) => !shards.includes(name));
  const known = shards.filter((name) => held.has(name));
  // The first of the list are known to every replica, so each of them can be claimed elsewhere.
  return [...unknown, ...known.slice(0, Math.max(0, known.length - targetOf(table, replica)))];
}

/**
 * How many shards the replica is to own: the same number for all replicas, as far as they know enough shards, and one more
 * for those that own most already, so that as few as possible move. All replicas compute the same targets from the same
 * table, and the targets add up to all shards.
 */
function targetOf(table: ShardTable, replica: string): number {
  const ranked = table.members
    .map(({ name, knows }) => ({ name, knows, held: heldBy(table, name).length }))
    .toSorted((left, right) => left.knows - right.knows || left.held - right.held || (left.name < right.name ? 1 : -1));
  let taken = 0;
  for (const [index, { name }] of ranked.entries()) {
    // Members are ranked by how many shards they know, so the targets of the earlier ones fit in what this one knows.
    const parts = ranked.slice(index).map(({ knows }, behind) => Math.floor((knows - taken) / (behind + 1)));
    const target = Math.min(...parts);
    if (name === replica) return target;
    taken += target;
  }
  return 0;
}

function roomOf(table: ShardTable, replica: string): number {
  return targetOf(table, replica) - heldBy(table, replica).length;
}

function heldBy(table: ShardTable, replica: string): ShardTable['shares'] {
  return table.shares.filter(({ owner }) => owner === replica);
}
