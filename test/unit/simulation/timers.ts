import { derivedId } from '@cortex/bus';
import { timerDue } from '@cortex/contracts';
import type { JsonRecord, TimerRecord } from '@cortex/contracts';
import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import type { Process, Task } from './process.ts';
import { request } from './process.ts';
import type { Bucket } from './store.ts';

export interface TimerRequest {
  readonly key: string;
  readonly dueAt: string;
  readonly service: string;
  readonly incidentId: string;
  readonly purpose: string;
  readonly payload: JsonRecord;
}

/** Durable timers of one owner: published first and deleted then, so that they fire at least once. Mirrors libs/bus/src/timers.ts. */
export class Timers {
  readonly #process: Process;
  readonly #clock: Clock;
  readonly #bus: Bus;
  readonly #bucket: Bucket<TimerRecord>;
  readonly #owner: string;

  constructor(process: Process, clock: Clock, bus: Bus, bucket: Bucket<TimerRecord>, owner: string) {
    this.#process = process;
    this.#clock = clock;
    this.#bus = bus;
    this.#bucket = bucket;
    this.#owner = owner;
    bucket.watch(process, (key, entry) => {
      if (entry?.value.owner === owner) this.#arm(key, entry.value.dueAt);
    });
  }

  *schedule(timer: TimerRequest): Task<void> {
    const { key, ...rest } = timer;
    const record: TimerRecord = { ...rest, owner: this.#owner };
    yield* this.#bucket.modify(`${this.#owner}.${key}`, (current) =>
      current?.dueAt === record.dueAt ? undefined : record,
    );
  }

  *cancel(key: string): Task<void> {
    yield* request(() => this.#bucket.delete(`${this.#owner}.${key}`));
  }

  #arm(key: string, dueAt: string): void {
    this.#process.at(Math.max(Date.parse(dueAt), this.#clock.nowMs), () => {
      const entry = this.#bucket.get(key);
      if (entry?.value.dueAt === dueAt) this.#process.spawn(this.#fire(key, entry.value, entry.revision));
    });
  }

  *#fire(key: string, { service, incidentId, purpose, dueAt, payload }: TimerRecord, revision: number): Task<void> {
    const name = key.slice(this.#owner.length + 1);
    const id = derivedId({ id: 'timer', time: dueAt }, this.#owner, name, dueAt);
    const data = { owner: this.#owner, key: name, purpose, dueAt, payload };
    const draft = { type: timerDue.type, service, ...(incidentId === undefined ? {} : { incidentId }), data };
    yield* this.#bus.publish(draft, undefined, this.#process.name, id);
    yield* request(() => this.#bucket.delete(key, revision));
  }
}
