import { leaseBucket } from '@cortex/contracts';
import type { AnyDraft, BucketDefinition, CortexEvent, EventType, StreamName } from '@cortex/contracts';
import { KeyedQueue, pause } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import type { z } from 'zod';
import { openAppendLog } from './append-log.ts';
import { openBucket } from './bucket.ts';
import { RunningConsumption } from './consume.ts';
import { openLeases } from './leases.ts';
import type { Link } from './link.ts';
import type {
  Bucket,
  Bus,
  Cause,
  Consumption,
  LeaseBucket,
  Leases,
  Reading,
  Settlement,
  Subscription,
  Timers,
} from './ports.ts';
import { publishDraft, publishDrafts, publishUnlessStored } from './publish.ts';
import type { AppendLog, RawMessage, RawReading } from './raw-ports.ts';
import { startRawReading } from './raw-reader.ts';
import { startReading } from './read.ts';
import { deadLetterIfBad } from './screen.ts';
import { keepSynchronized } from './synchronize.ts';
import { settleQuarantined } from './settle-quarantined.ts';
import { openTimers } from './timers.ts';

/** The bus on one link, over NATS or in memory. */
export class JetStreamBus implements Bus {
  readonly #link: Link;
  readonly #closing: AbortController;
  readonly #queue = new KeyedQueue();
  readonly #consumptions = new Set<RunningConsumption<EventType>>();
  readonly #running = new Set<Consumption | Timers>();
  readonly #leases = new Map<string, Promise<Leases>>();
  #drained: Promise<void> | undefined;
  #synchronized: Promise<void> | undefined;

  constructor(link: Link, closing: AbortController) {
    this.#link = link;
    this.#closing = closing;
  }

  get runtime(): Runtime {
    return this.#link.runtime;
  }

  synchronize(): Promise<void> {
    this.#synchronized ??= keepSynchronized(this.#link).then((kept) => void this.#keep(kept));
    return this.#synchronized;
  }

  publish(draft: AnyDraft, cause?: Cause, id?: string): Promise<CortexEvent> {
    return publishDraft(this.#link, draft, cause, id);
  }

  publishUnlessStored(draft: AnyDraft, cause: Cause, since: Date): Promise<CortexEvent> {
    return publishUnlessStored(this.#link, draft, cause, since);
  }

  publishAll(drafts: readonly AnyDraft[], cause?: Cause): Promise<readonly CortexEvent[]> {
    return publishDrafts(this.#link, drafts, cause);
  }

  async consume<Type extends EventType>(subscription: Subscription<Type>): Promise<Consumption> {
    const started = await RunningConsumption.start(this.#link, subscription, this.#queue);
    const running = started as unknown as RunningConsumption<EventType>;
    this.#consumptions.add(running);
    return {
      stop: async () => {
        await running.stop();
        this.#consumptions.delete(running);
      },
    };
  }

  async read<Type extends EventType>(reading: Reading<Type>): Promise<Consumption> {
    return this.#keep(await startReading(this.#link, reading));
  }

  async readRaw(reading: RawReading): Promise<Consumption> {
    return this.#keep(await startRawReading(this.#link, reading));
  }

  deadLetterIfBad(message: RawMessage, consumer: string): Promise<boolean> {
    return deadLetterIfBad(this.#link, message, consumer);
  }

  appendLog(stream: StreamName, subject: string): AppendLog {
    return openAppendLog(this.#link, stream, subject);
  }

  bucket<Value extends z.ZodType>(
    definition: BucketDefinition<Value>,
    options: { readonly deadlineMs?: number } = {},
  ): Promise<Bucket<z.output<Value>>> {
    return openBucket(this.#link, definition, { ...options, onWatch: (watch) => this.#keep(watch) });
  }

  leases(bucket: LeaseBucket = leaseBucket): Promise<Leases> {
    const leases = this.#leases.get(bucket.name) ?? openLeases(this.#link, bucket);
    this.#leases.set(bucket.name, leases);
    return leases;
  }

  async timers(owner: string): Promise<Timers> {
    return this.#keep(await openTimers(this.#link, owner));
  }

  isConnected(): boolean {
    return this.#link.isConnected();
  }

  settleQuarantined(key: string, how: 'restored' | 'dropped', by: string): Promise<Settlement> {
    return settleQuarantined(this.#link, key, how, by);
  }

  drain(timeoutMs = 10_000): Promise<void> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  async #drain(timeoutMs: number): Promise<void> {
    const { runtime } = this.#link;
    const stopped = Promise.allSettled([...this.#consumptions, ...this.#running].map((part) => part.stop()));
    await Promise.race([stopped, pause(runtime, timeoutMs)]);
    for (const consumption of this.#consumptions) consumption.abandon();
    if (this.#link.isConnected()) {
      await Promise.race([this.#link.flush().catch(() => {}), pause(runtime, 1_000)]);
    }
    this.#closing.abort();
    await this.#link.close();
  }

  #keep<Part extends Consumption | Timers>(part: Part): Part {
    this.#running.add(part);
    const stop = part.stop.bind(part);
    part.stop = async () => {
      this.#running.delete(part);
      await stop();
    };
    return part;
  }
}
