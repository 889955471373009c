import type { Bucket, Consumption, Lease, Leases } from '@cortex/bus';
import { escapeToken, shareBucket, type ShareTable } from '@cortex/contracts';
import type { RuntimeTimer } from '@cortex/runtime';
import { HeldShare } from './held-share.ts';
import { claim, emptyTable, join, putOut, releaseAllBut, seatIn, surplus } from './plan.ts';
import type { SharedOut, ShareOptions } from './ports.ts';

const defaultPollMs = 1_000;

/**
 * Shares work out among the live replicas of a service. Each replica holds one lease, its seat; one table says who has
 * what, and is only changed by compare-and-set. A replica takes what is free while it has less than its part, gives up
 * what it has beyond, and puts out the next ones behind it in the order of names whose seats are gone. Resolves when this
 * replica has its seat, and has begun with what was free.
 */
export async function shareOut(options: ShareOptions): Promise<SharedOut> {
  const { bus, service } = options;
  const sharing = new Sharing(options, await bus.leases(options.seats), await bus.bucket(shareBucket));
  await sharing.start(service);
  return sharing;
}

class Sharing implements SharedOut {
  readonly #options: ShareOptions;
  readonly #leases: Leases;
  readonly #tables: Bucket<ShareTable>;
  readonly #held = new Map<string, HeldShare>();
  #seat: Lease | undefined;
  #watch: Consumption | undefined;
  #timer: RuntimeTimer | undefined;
  #running: Promise<void> | undefined;
  #isDue = false;
  #isStopping = false;

  constructor(options: ShareOptions, leases: Leases, tables: Bucket<ShareTable>) {
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
    await Promise.all([...this.#held.values()].map((share) => this.#end(share)));
    if (this.#seat?.isHeld() !== true) return;
    const { replica } = this.#options;
    const { token } = this.#seat;
    await this.#tables.modify(this.#key, (table) =>
      table && seatIn(table, replica, token) === 'ours' ? putOut(table, [replica]) : undefined,
    );
    await this.#seat.release();
  }

  get #pollMs(): number {
    return this.#options.pollMs ?? defaultPollMs;
  }

  get #key(): string {
    return escapeToken(this.#options.service);
  }

  /** Rounds never overlap; what is asked for during one is done right after it. */
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
        this.#options.logger.warn({ err }, 'the sharing out of work was interrupted; it goes on');
      }
    }
  }

  async #round(): Promise<void> {
    const { replica, shares } = this.#options;
    const seat = await this.#takeSeat();
    if (seat === undefined) return;
    const entry = await this.#tables.get(this.#key);
    // A table that was lost is made anew with tokens that no earlier one has come to.
    const before = entry?.value ?? { ...emptyTable, tokens: Math.floor(this.#options.runtime.now().getTime() / 1_000) };
    this.#loseWhatIsNotOurs(before);
    const place = seatIn(before, replica, seat.token);
    if (place === 'successor') return;
    const table = await this.#next(
      place === 'ours' ? before : join(before, { name: replica, seat: seat.token, knows: shares.length }),
    );
    if (table === before) {
      for (const name of surplus(table, replica, shares)) void this.#end(this.#held.get(name));
      return;
    }
    this.#isDue = true;
    const written = entry
      ? await this.#tables.update(this.#key, table, entry.revision)
      : await this.#tables.create(this.#key, table);
    if (!written.ok) return;
    for (const { name, owner, token } of table.shares) {
      if (owner === replica && token > before.tokens) this.#begin(new HeldShare(name, token, seat));
    }
  }

  /** What the table should become; the very same one when nothing is to be done. */
  async #next(table: ShareTable): Promise<ShareTable> {
    const { replica, shares } = this.#options;
    const living = putOut(table, await this.#goneBehindUs(table.members.map(({ name }) => name)));
    const tokens = new Set([...this.#held.values()].map(({ token }) => token));
    const released = releaseAllBut(living, replica, tokens);
    // What is given up others may have first.
    return released === living ? claim(living, replica, shares, new Set(this.#held.keys())) : released;
  }

  /** Our seat. The first time also that of a namesake, whose successor this process is. */
  async #takeSeat(): Promise<Lease | undefined> {
    if (this.#seat?.isHeld() === true) return this.#seat;
    const seat = await this.#leases.acquire(this.#seatOf(this.#options.replica), 'a share of the work', {
      reclaim: this.#seat === undefined,
    });
    if (seat === undefined) return undefined;
    this.#seat = seat;
    const onLost = (): void => {
      for (const share of this.#held.values()) this.#lose(share);
    };
    seat.signal.addEventListener('abort', onLost, { once: true });
    return seat;
  }

  #seatOf(replica: string): string {
    return `member.${escapeToken(this.#options.service)}.${escapeToken(replica)}`;
  }

  /** Everybody looks after those behind them, up to the first that lives: so nobody is forgotten, whoever dies. */
  async #goneBehindUs(members: readonly string[]): Promise<readonly string[]> {
    const sorted = members.toSorted();
    const at = sorted.indexOf(this.#options.replica);
    const gone: string[] = [];
    for (const member of [...sorted.slice(at + 1), ...sorted.slice(0, at)]) {
      if (await this.#leases.isHeld(this.#seatOf(member))) break;
      gone.push(member);
    }
    return gone;
  }

  /** Whoever was put out and lives has lost its shares, whatever it believes. */
  #loseWhatIsNotOurs(table: ShareTable): void {
    const tokens = new Map(table.shares.map(({ name, token }) => [name, token]));
    for (const share of this.#held.values()) if (tokens.get(share.name) !== share.token) this.#lose(share);
  }

  #begin(share: HeldShare): void {
    this.#held.set(share.name, share);
    this.#options.onChange?.(this.#held.size);
    share.begin(this.#options.begin, (err) => {
      this.#options.logger.error({ err, share: share.name }, 'a share could not be begun; it is given up');
      this.#options.runtime.after(this.#pollMs, () => void this.#end(share));
    });
    if (!share.isHeld()) this.#lose(share);
  }

  #lose(share: HeldShare): void {
    if (share.signal.aborted) return;
    share.lose();
    void this.#end(share);
  }

  /** Ends the work on a share. The next round frees it in the table, if it is still ours there. */
  async #end(share: HeldShare | undefined): Promise<void> {
    if (share === undefined) return;
    try {
      await share.end();
    } catch (err) {
      this.#options.logger.error({ err, share: share.name }, 'the work on a share did not end well');
    }
    share.lose();
    if (this.#held.get(share.name) !== share) return;
    this.#held.delete(share.name);
    this.#options.onChange?.(this.#held.size);
    this.#wake();
  }
}
