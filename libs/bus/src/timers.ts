import { escapeToken, timerBucket, timerDue, unescapeToken } from '@cortex/contracts';
import type { EventDraft, TimerRecord } from '@cortex/contracts';
import { backOffMs } from '@cortex/runtime';
import type { RuntimeTimer } from '@cortex/runtime';
import { openBucket } from './bucket.ts';
import { derivedId } from './ids.ts';
import type { Link } from './link.ts';
import type { Bucket, Consumption, Entry, TimerRequest, Timers } from './ports.ts';
import { publishUnlessStored } from './publish.ts';

/** The wall clock may jump, so a long wait is checked against it this often. */
const longestSleepMs = 30_000;

/** Opens the timers of one owner and fires those that are due, also timers of an earlier process. */
export async function openTimers(link: Link, owner: string): Promise<Timers> {
  const bucket = await openBucket(link, timerBucket);
  const timers = new BucketTimers(link, owner, bucket);
  await timers.start();
  return timers;
}

class BucketTimers implements Timers {
  readonly #link: Link;
  readonly #owner: string;
  readonly #bucket: Bucket<TimerRecord>;
  readonly #prefix: string;
  readonly #waiting = new Map<string, RuntimeTimer>();
  /** Due times, as the watch reports them. */
  readonly #known = new Map<string, string>();
  readonly #firing = new Set<Promise<void>>();
  #watching: Consumption | undefined;
  #stopped = false;

  constructor(link: Link, owner: string, bucket: Bucket<TimerRecord>) {
    this.#link = link;
    this.#owner = owner;
    this.#bucket = bucket;
    this.#prefix = `${escapeToken(owner)}.`;
  }

  async start(): Promise<void> {
    const onChange = (key: string, entry: Entry<TimerRecord> | undefined): void => {
      if (entry === undefined) this.#known.delete(key);
      else this.#known.set(key, entry.value.dueAt);
      this.#arm(key, entry, 0);
    };
    this.#watching = await this.#bucket.watch(onChange, {
      filter: `${this.#prefix}*`,
      removesMarkers: true,
      onInvalid: (key, error) => this.#link.logger.error({ key, error: error.message }, 'a timer cannot be read'),
    });
  }

  async schedule(timer: TimerRequest): Promise<void> {
    const record: TimerRecord = {
      owner: this.#owner,
      service: timer.service,
      ...(timer.incidentId === undefined ? {} : { incidentId: timer.incidentId }),
      purpose: timer.purpose,
      dueAt: timer.dueAt.toISOString(),
      payload: timer.payload ?? {},
      revision: timer.revision,
    };
    await this.#bucket.modify(this.#keyOf(timer.key), (current) => {
      if (current === undefined) return record;
      if (current.revision > record.revision) return undefined;
      return current.revision === record.revision && current.dueAt === record.dueAt ? undefined : record;
    });
  }

  async cancel(key: string, revision: number): Promise<void> {
    const stored = this.#keyOf(key);
    for (;;) {
      const entry = await this.#bucket.get(stored);
      if (entry === undefined || entry.value.revision > revision) return;
      if ((await this.#bucket.delete(stored, entry.revision)).ok) return;
    }
  }

  isSet(key: string, dueAt: Date): boolean {
    return this.#known.get(this.#keyOf(key)) === dueAt.toISOString();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
    await this.#watching?.stop();
    await Promise.allSettled(this.#firing);
  }

  #keyOf(key: string): string {
    return `${this.#prefix}${escapeToken(key)}`;
  }

  #arm(key: string, entry: Entry<TimerRecord> | undefined, failures: number): void {
    this.#waiting.get(key)?.cancel();
    this.#waiting.delete(key);
    if (!entry || this.#stopped) return;
    const { runtime } = this.#link;
    const leftMs = Date.parse(entry.value.dueAt) - runtime.now().getTime();
    const sleepMs =
      failures > 0 ? backOffMs(runtime, failures, 200, 10_000) : Math.min(Math.max(leftMs, 0), longestSleepMs);
    const wake = (): void => {
      if (Date.parse(entry.value.dueAt) > runtime.now().getTime()) {
        this.#arm(key, entry, 0);
        return;
      }
      this.#waiting.delete(key);
      const firing = this.#fire(key, entry, failures).finally(() => this.#firing.delete(firing));
      this.#firing.add(firing);
    };
    this.#waiting.set(key, runtime.after(sleepMs, wake));
  }

  /** Publishes first, then deletes: a crash between the two publishes the same event id again and loses nothing. */
  async #fire(key: string, entry: Entry<TimerRecord>, failures: number): Promise<void> {
    const { value, revision } = entry;
    const name = unescapeToken(key.slice(this.#prefix.length));
    const draft: EventDraft<'timer.due'> = {
      type: timerDue.type,
      service: value.service,
      ...(value.incidentId === undefined ? {} : { incidentId: value.incidentId }),
      data: {
        owner: this.#owner,
        key: name,
        purpose: value.purpose,
        dueAt: value.dueAt,
        payload: value.payload,
      },
    };
    try {
      const id = derivedId({ id: 'timer', time: value.dueAt }, this.#owner, name, value.dueAt);
      await publishUnlessStored(this.#link, draft, { eventId: id }, new Date(value.dueAt));
      // If the timer was set anew meanwhile, the newer one stays.
      await this.#bucket.delete(key, revision);
    } catch (error) {
      if (this.#stopped || this.#link.closing.aborted) return;
      this.#link.logger.warn({ key, error: String(error) }, 'a due timer could not fire yet');
      if (!this.#waiting.has(key)) this.#arm(key, entry, failures + 1);
    }
  }
}
