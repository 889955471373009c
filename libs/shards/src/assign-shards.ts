import type { Bucket, Consumption, Lease, Leases } from '@cortex/bus';
import { escapeToken, shardBucket, type ShardTable } from '@cortex/contracts';
import type { RuntimeTimer } from '@cortex/runtime';
import { HeldShard } from './held-shard.ts';
import type { ShardAssignment, ShardOptions } from './ports.ts';
import { claim, emptyTable, evict, join, membershipOf, releaseAllBut, surplus } from './shard-table.ts';

const defaultPollMs = 1_000;

/**
 * Assigns shards of work to the live replicas of a service. Each replica holds one membership lease; one table says which
 * replica owns which shard, and is only changed by compare-and-set. A replica claims free shards while it owns fewer than
 * its target, gives up its surplus, and evicts the members after it in the order of names whose leases have lapsed. Resolves
 * when this replica is a member, and has begun its work on the shards that were free.
 */
export async function assignShards(options: ShardOptions): Promise<ShardAssignment> {
  const { bus, service } = options;
  const assigner = new ShardAssigner(options, await bus.leases(options.memberships), await bus.bucket(shardBucket));
  await assigner.start(service);
  return assigner;
}

class ShardAssigner implements ShardAssignment {
  readonly #options: ShardOptions;
  readonly #leases: Leases;
  readonly #tables: Bucket<ShardTable>;
  readonly #held = new Map<string, HeldShard>();
  #membership: Lease | undefined;
  #watch: Consumption | undefined;
  #timer: RuntimeTimer | undefined;
  #running: Promise<void> | undefined;
  #isDue = false;
  #isStopping = false;

  constructor(options: ShardOptions, leases: Leases, tables: Bucket<ShardTable>) {
    this.#options = options;
    this.#leases = leases;
    this.#tables = tables;
  }

  async start(service: string): Promise<void> {
    do {
      this.#isDue = false;
      await this.#round();
    } while (this.#isDue);
    this.#watch = await this.#tables.watch(() => this.#wake(), { filter: escapeToken(service) });
    this.#timer = this.#options.runtime.every(this.#pollMs, () => this.#wake());
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#timer?.cancel();
    await this.#watch?.stop();
    await this.#running;
    await Promise.all([...this.#held.values()].map((shard) => this.#end(shard)));
    if (this.#membership?.isHeld() !== true) return;
    const { replica } = this.#options;
    const { token } = this.#membership;
    await this.#tables.modify(this.#key, (table) =>
      table && membershipOf(table, replica, token) === 'ours' ? evict(table, [replica]) : undefined,
    );
    await this.#membership.release();
  }

  get #pollMs(): number {
    return this.#options.pollMs ?? defaultPollMs;
  }

  get #key(): string {
    return escapeToken(this.#options.service);
  }

  /** Rounds never overlap: a request during one starts another right after it. */
  #wake(): void {
    this.#isDue = true;
    this.#running ??= this.#rounds().finally(() => (this.#running = undefined));
  }

  async #rounds(): Promise<void> {
    while (this.#isDue && !this.#isStopping) {
      this.#isDue = false;
      try {
        await this.#round();
      } catch (err) {
        this.#options.logger.warn({ err }, 'the assignment of shards was interrupted; it goes on');
      }
    }
  }

  async #round(): Promise<void> {
    const { replica, shards } = this.#options;
    const membership = await this.#holdMembership();
    if (membership === undefined) return;
    const entry = await this.#tables.get(this.#key);
    // A lost table is created anew, with tokens above all that the lost one can have reached.
    const before = entry?.value ?? { ...emptyTable, tokens: Math.floor(this.#options.runtime.now().getTime() / 1_000) };
    this.#loseReassigned(before);
    const state = membershipOf(before, replica, membership.token);
    if (state === 'successor') return;
    const table = await this.#next(
      state === 'ours' ? before : join(before, { name: replica, seat: membership.token, knows: shards.length }),
    );
    if (table === before) {
      for (const name of surplus(table, replica, shards)) void this.#end(this.#held.get(name));
      return;
    }
    this.#isDue = true;
    const written = entry
      ? await this.#tables.update(this.#key, table, entry.revision)
      : await this.#tables.create(this.#key, table);
    if (!written.ok) return;
    for (const { name, owner, token } of table.shares) {
      if (owner === replica && token > before.tokens) this.#begin(new HeldShard(name, token, membership));
    }
  }

  /** The table as it should become; the same object when nothing is to be changed. */
  async #next(table: ShardTable): Promise<ShardTable> {
    const { replica, shards } = this.#options;
    const living = evict(table, await this.#lapsedAfterUs(table.members.map(({ name }) => name)));
    const tokens = new Set([...this.#held.values()].map(({ token }) => token));
    const released = releaseAllBut(living, replica, tokens);
    // After a release the other replicas may claim first.
    return released === living ? claim(living, replica, shards, new Set(this.#held.keys())) : released;
  }

  /** Our membership lease. The first time it is also taken from an earlier process of this name, which this one replaces. */
  async #holdMembership(): Promise<Lease | undefined> {
    if (this.#membership?.isHeld() === true) return this.#membership;
    const membership = await this.#leases.acquire(this.#memberKey(this.#options.replica), 'a member of its service', {
      reclaim: this.#membership === undefined,
    });
    if (membership === undefined) return undefined;
    this.#membership = membership;
    const onLost = (): void => {
      for (const shard of this.#held.values()) this.#lose(shard);
    };
    membership.signal.addEventListener('abort', onLost, { once: true });
    return membership;
  }

  #memberKey(replica: string): string {
    return `member.${escapeToken(this.#options.service)}.${escapeToken(replica)}`;
  }

  /** Each replica watches the members after it, up to the first live one: so some live replica watches every dead one. */
  async #lapsedAfterUs(members: readonly string[]): Promise<readonly string[]> {
    const sorted = members.toSorted();
    const at = sorted.indexOf(this.#options.replica);
    const lapsed: string[] = [];
    for (const member of [...sorted.slice(at + 1), ...sorted.slice(0, at)]) {
      if (await this.#leases.isHeld(this.#memberKey(member))) break;
      lapsed.push(member);
    }
    return lapsed;
  }

  /** An evicted replica that still runs has lost its shards, even if its own lease looks valid to it. */
  #loseReassigned(table: ShardTable): void {
    const tokens = new Map(table.shares.map(({ name, token }) => [name, token]));
    for (const shard of this.#held.values()) if (tokens.get(shard.name) !== shard.token) this.#lose(shard);
  }

  #begin(shard: HeldShard): void {
    this.#held.set(shard.name, shard);
    this.#options.onChange?.(this.#held.size);
    shard.begin(this.#options.begin, (err) => {
      this.#options.logger.error(
        { err, shard: shard.name },
        'the work on a shard could not be begun; the shard is released',
      );
      this.#options.runtime.after(this.#pollMs, () => void this.#end(shard));
    });
    if (!shard.isHeld()) this.#lose(shard);
  }

  #lose(shard: HeldShard): void {
    if (shard.signal.aborted) return;
    shard.lose();
    void this.#end(shard);
  }

  /** Ends the work on a shard. The next round frees it in the table, if it is still ours there. */
  async #end(shard: HeldShard | undefined): Promise<void> {
    if (shard === undefined) return;
    try {
      await shard.end();
    } catch (err) {
      this.#options.logger.error({ err, shard: shard.name }, 'the work on a shard did not end well');
    }
    shard.lose();
    if (this.#held.get(shard.name) !== shard) return;
    this.#held.delete(shard.name);
    this.#options.onChange?.(this.#held.size);
    this.#wake();
  }
}
