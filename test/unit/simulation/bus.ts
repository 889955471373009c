import { derivedId } from '@cortex/bus';
import { duplicateWindowMs } from '@cortex/contracts';
import type { CortexEvent, EventDraft, EventType } from '@cortex/contracts';
import type { Clock, Random } from './clock.ts';
import type { Process, Task, TaskEnd } from './process.ts';
import { calmFromMs } from './timeline.ts';
import { TryAgainLater, request, requestAll } from './process.ts';

/** As much of a cause as ids are derived from. */
export type Cause = Pick<CortexEvent, 'id' | 'time'>;

/** What happens to the n-th delivery. */
export interface MessageFault {
  readonly atDelivery: number;
  readonly kind: 'late' | 'twice' | 'again_after_ack';
  readonly ms: number;
}

export interface HandlerContext {
  readonly deliveries: number;
  deriveId(...parts: readonly string[]): string;
}

export interface Subscription<Type extends EventType> {
  readonly group: string;
  readonly type: Type;
  readonly key?: (event: CortexEvent<Type>) => string;
  readonly handle: (event: CortexEvent<Type>, context: HandlerContext) => Task<readonly EventDraft[]>;
}

interface Receiver {
  readonly process: Process;
  readonly life: number;
  readonly subscription: Subscription<EventType>;
  readonly queues: Map<string, (() => void)[]>;
}

interface Message {
  readonly event: CortexEvent;
  readonly consumer: string;
  deliveries: number;
}

/** How long an unacked message waits before it is delivered again; longer than any handler's heartbeat. */
const ackWaitMs = 5_000;

/**
 * What the real bus promises and no more: at least once, again at any later time, duplicates dropped by id within a
 * window only, one handler at a time for one key in one process, no order across types. Mirrors libs/bus/src/consume.ts.
 */
export class Bus {
  /** Everything that was stored, in order; an id may stand here twice. */
  readonly log: CortexEvent[] = [];
  /** Handlers that threw something else than {@link TryAgainLater}. */
  readonly broken: string[] = [];
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #latencyMs: number;
  readonly #faults: ReadonlyMap<number, MessageFault>;
  readonly #trace: (text: string) => void;
  readonly #storedAtMs = new Map<string, number>();
  readonly #receivers = new Map<string, Receiver[]>();
  readonly #waiting = new Map<string, Message[]>();
  readonly #queues = new Map<Process, { readonly life: number; readonly queues: Map<string, (() => void)[]> }>();
  readonly #readers: {
    readonly process: Process;
    readonly life: number;
    readonly see: (event: CortexEvent) => void;
  }[] = [];
  #deliveries = 0;

  constructor(options: {
    readonly clock: Clock;
    readonly random: Random;
    readonly latencyMs: number;
    readonly faults: readonly MessageFault[];
    readonly trace: (text: string) => void;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#latencyMs = options.latencyMs;
    this.#trace = options.trace;
    this.#faults = new Map(options.faults.map((fault) => [fault.atDelivery, fault]));
  }

  /** Distinct events of one type, in the order of their first storing. */
  events<Type extends EventType>(type: Type): CortexEvent<Type>[] {
    const byId = new Map<string, CortexEvent<Type>>();
    for (const event of this.log) {
      if (event.type === type && !byId.has(event.id)) byId.set(event.id, event as CortexEvent<Type>);
    }
    return [...byId.values()];
  }

  /** Stores an event, unless one of its id came within the window. */
  store(draft: EventDraft, cause: Cause | undefined, source: string, id?: string): void {
    const origin = cause ?? { id: `${source} ${this.log.length}`, time: this.#clock.now };
    const event = {
      specversion: '1.0',
      id: id ?? derivedId(origin, 'event', draft.type, draft.key ?? ''),
      source,
      type: draft.type,
      subject: draft.service,
      time: this.#clock.now,
      datacontenttype: 'application/json',
      dataschema: '',
      ...(draft.incidentId === undefined ? {} : { incidentid: draft.incidentId }),
      ...(cause === undefined ? {} : { causationid: cause.id }),
      data: draft.data,
    } as CortexEvent;
    const before = this.#storedAtMs.get(event.id);
    if (before !== undefined && this.#clock.nowMs - before < duplicateWindowMs) return;
    this.#storedAtMs.set(event.id, this.#clock.nowMs);
    this.log.push(event);
    this.#trace(`${event.type} ${event.subject} ${event.id.slice(-6)}${before === undefined ? '' : ' (stored again)'}`);
    for (const consumer of this.#receivers.keys()) {
      if (consumer.endsWith(`/${event.type}`)) this.#send({ event, consumer, deliveries: 0 }, this.#lag());
    }
    for (const { process, life, see } of this.#readers)
      if (process.life === life) process.at(this.#clock.nowMs + this.#lag(), () => see(event));
  }

  *publish(draft: EventDraft, cause: Cause | undefined, source: string, id?: string): Task<void> {
    yield* request(() => this.store(draft, cause, source, id));
  }

  consume<Type extends EventType>(process: Process, subscription: Subscription<Type>): void {
    const consumer = `${subscription.group}/${subscription.type}`;
    const { life } = process;
    const known = this.#queues.get(process);
    const queues = known?.life === life ? known.queues : new Map<string, (() => void)[]>();
    this.#queues.set(process, { life, queues });
    const receiver = { process, life, subscription: subscription as unknown as Subscription<EventType>, queues };
    const others = (this.#receivers.get(consumer) ?? []).filter((one) => one.process.life === one.life);
    this.#receivers.set(consumer, [...others, receiver]);
    for (const message of this.#waiting.get(consumer)?.splice(0) ?? []) this.#send(message, this.#lag());
  }

  /** Reads what is stored from now on, without a durable consumer. */
  read(process: Process, see: (event: CortexEvent) => void): void {
    this.#readers.push({ process, life: process.life, see });
  }

  #lag(): number {
    return Math.ceil(this.#random.next() * this.#latencyMs);
  }

  #send(message: Message, delayMs: number): void {
    this.#clock.after(delayMs, () => this.#deliver(message));
  }

  #deliver(message: Message): void {
    this.#deliveries += 1;
    const fault = this.#clock.nowMs < calmFromMs ? this.#faults.get(this.#deliveries) : undefined;
    if (fault?.kind === 'late') {
      this.#trace(`${message.event.type} to ${message.consumer} comes ${fault.ms} ms late`);
      this.#send(message, fault.ms);
      return;
    }
    if (fault?.kind === 'twice') this.#send({ ...message }, this.#lag());
    const receivers = (this.#receivers.get(message.consumer) ?? []).filter(
      ({ process, life }) => process.isUp && process.life === life && !process.isFrozen,
    );
    const receiver = this.#random.pick(receivers);
    if (receiver === undefined) {
      const waiting = this.#waiting.get(message.consumer) ?? [];
      this.#waiting.set(message.consumer, waiting);
      waiting.push(message);
      // A frozen one does not start again: look once more by and by.
      if (waiting.length === 1) this.#clock.after(ackWaitMs, () => this.#flush(message.consumer));
      return;
    }
    this.#enqueue(receiver, { ...message, deliveries: message.deliveries + 1 }, fault);
  }

  #flush(consumer: string): void {
    for (const message of this.#waiting.get(consumer)?.splice(0) ?? []) this.#deliver(message);
  }

  #enqueue(receiver: Receiver, message: Message, fault: MessageFault | undefined): void {
    const { process, subscription, queues } = receiver;
    const { event } = message;
    let isOver = false;
    const again = (delayMs: number): void => {
      if (isOver) return;
      isOver = true;
      this.#send(message, delayMs);
    };
    process.onCrash.push(() => again(ackWaitMs));
    const onFreeze = (): void => {
      if (!isOver && process.frozenUntilMs - this.#clock.nowMs > ackWaitMs) this.#send({ ...message }, ackWaitMs);
    };
    process.onFreeze.push(onFreeze);
    const key = subscription.key?.(event) ?? event.incidentid ?? event.subject;
    const queue = queues.get(key) ?? [];
    queues.set(key, queue);
    const onEnd = (end: TaskEnd): void => {
      process.onFreeze.splice(process.onFreeze.indexOf(onFreeze), 1);
      queue.shift();
      queue[0]?.();
      if (end.ok) {
        isOver = true;
        if (fault?.kind === 'again_after_ack') this.#send({ ...message }, fault.ms);
        return;
      }
      if (!(end.error instanceof TryAgainLater))
        this.broken.push(`${process.name} on ${event.type}: ${String(end.error)}`);
      again(end.error instanceof TryAgainLater ? end.error.retryAfterMs : 1_000 * 2 ** message.deliveries);
    };
    queue.push(() => process.spawn(this.#handle(receiver, message), onEnd));
    if (queue.length === 1) queue[0]?.();
  }

  *#handle({ process, subscription }: Receiver, { event, deliveries }: Message): Task<void> {
    const context: HandlerContext = {
      deliveries,
      deriveId: (...parts) => derivedId(event, 'id', subscription.group, ...parts),
    };
    const drafts = yield* subscription.handle(event, context);
    for (const draft of drafts) yield* this.publish(draft, event, process.name);
    yield* requestAll(() => undefined);
  }
}
