import { MemoryServer } from '@cortex/bus';
import type { Page } from '@cortex/channels';
import {
  escalationBucket,
  healthBucket,
  incidentBucket,
  escapeToken,
  journalBucket,
  leaseBucket,
  reservationBucket,
  streams,
  targetKey,
  targetLeaseKey,
  timerBucket,
} from '@cortex/contracts';
import type {
  BucketDefinition,
  CortexEvent,
  EventType,
  ExecutionRecord,
  IncidentRecord,
  Reservation,
  Target,
} from '@cortex/contracts';
import { whatEnds } from '@cortex/decision';
import { effectsSoFar, verificationMs } from '@cortex/execution';
import { isDown } from '@cortex/topology';
import type { z } from 'zod';
import { configuration, targets } from './catalogue.ts';
import type { ActionFault, Deed } from './plugins/hands.ts';
import type { ProcessName, Schedule } from './schedule.ts';
import { Scheduler, startMs } from './scheduler.ts';
import type { Life, SimulatedProcess } from './simulated-process.ts';
import { World } from './world.ts';
import { type WrittenIncident, writtenIncident } from './written-incident.ts';

/** One effect that an action had, or tried to have, on a target; and what was true when it began. */
export interface Effect {
  readonly executionId: string;
  /** One holder of the target's lease: one run of one handler in one process. */
  readonly run: string;
  readonly phase: 'remediation' | 'rollback';
  readonly step: number;
  readonly attempt: number;
  readonly action: string;
  readonly target: Target;
  readonly token: number;
  readonly isIdempotent: boolean;
  readonly beganMs: number;
  /** When its execution was taken in, by the journal, and when its plan expires. */
  readonly acceptedMs: number;
  /** Nothing had taken effect in its execution before. */
  readonly isFirst: boolean;
  /** Until when the approval that its plan names is valid, as the record of its incident had it. */
  readonly approvedUntilMs: number | undefined;
  readonly expiresMs: number;
  /** Since when nothing reaches the target, when its playbook asks that it can be reached. */
  readonly unreachableSinceMs: number | undefined;
  /** Undefined when it failed before it changed anything. */
  appliedMs: number | undefined;
}

/** A page that reached its receiver. */
export interface ReceivedPage {
  readonly page: Page;
  readonly atMs: number;
  /** Sent from memory, while the store was away: the life of the process that has it to write down. */
  readonly unwrittenBy: Life | undefined;
}

/** A span in which a silence held. */
export interface Silenced {
  readonly id: string;
  readonly service: string | undefined;
  readonly instance: string | undefined;
  readonly fromMs: number;
  untilMs: number;
}

/** Something that the site itself saw to be wrong at the moment when it happened. */
export interface Seen {
  readonly invariant: string;
  readonly what: string;
}

const decoder = new TextDecoder();
/** How long the targets take for what is done to them. */
const effectMs = { least: 50, most: 400 };
/** What was done while the store was away is written within this time. */
const catchUpMs = 20_000;

/** From the first bad result of a check until everybody knows that its target is down, with a fault in between. */
const knownWithinMs = 90_000;

/** Verification of every playbook of the site has come to its verdict by then. */
const givenUpAfterMs = Math.min(...configuration.playbooks.map(verificationMs));

/** With the quiet at the end of a run, longer than the interval of every check of the site. */
const foundWithinMs = 15_000;

/** Everything that outlives the processes: server, targets, people, and the notes that the invariants are judged by. */
export class Site {
  readonly scheduler = new Scheduler();
  readonly schedule: Schedule;
  readonly server: MemoryServer;
  readonly world = new World(targets, () => this.scheduler.nowMs);
  readonly processes = new Map<ProcessName, SimulatedProcess>();
  readonly effects: Effect[] = [];
  readonly pages: ReceivedPage[] = [];
  readonly seen: Seen[] = [];
  /** Spans in which the kill switch was on, or could not be read, epoch milliseconds. */
  readonly killSwitchOn: { readonly fromMs: number; untilMs: number }[] = [];
  /** What people asked to be left alone, from when it was written; all of it, while a silence cannot be read. */
  readonly silenced: Silenced[] = [];
  /** People look at each page that reaches them. */
  onPage: (page: Page) => void = () => undefined;
  /** Sees every message as it is stored. */
  onStored: (stream: string, subject: string, data: Uint8Array) => void = () => undefined;
  crashes = 0;
  /** Spans in which a process, or all of them, could not know what others wrote. */
  readonly blind: { readonly process: ProcessName | 'all'; readonly fromMs: number; readonly untilMs: number }[] = [];
  /** Every state of every incident. */
  readonly written: WrittenIncident[] = [];
  /** When something last happened that is more than an observation. */
  busyAtMs = startMs;
  /** When each event was stored, by its id. */
  readonly #storedAtMs = new Map<string, number>();
  /** Values of buckets, by the bytes of their messages. */
  readonly #read = new WeakMap<Uint8Array, unknown>();
  readonly #brokenSince = new Map<string, number>();
  #attempts = 0;
  #intents = 0;
  #records = 0;
  /** Whose message the server has just now. */
  #sender: ProcessName | undefined;
  #deliveries = 0;
  readonly #story: (readonly [number, string])[] = [];

  constructor(schedule: Schedule) {
    this.schedule = schedule;
    const { scheduler } = this;
    this.server = new MemoryServer({
      runtime: {
        now: () => new Date(scheduler.nowMs),
        after: (ms, callback) => scheduler.after(ms, callback),
      },
      onStored: (stream, { subject, data }) => this.#stored(stream, subject, data),
    });
    this.world.onChange((target) => {
      // The services have yet to find out: by their deep checks, of which the next may be an interval away.
      this.busyAtMs = Math.max(this.busyAtMs, scheduler.nowMs + foundWithinMs);
      const key = targetKey(target);
      if (!this.world.state(target).isBroken) this.#brokenSince.delete(key);
      else if (!this.#brokenSince.has(key)) this.#brokenSince.set(key, scheduler.nowMs);
    });
  }

  /** Notes an effect that begins, and holds it against what the server knows at this moment. */
  begin(process: string, deed: Deed): { fault: ActionFault | undefined; tookEffect: () => void } {
    this.#attempts += 1;
    const number = this.#attempts;
    const { executionId, target, token } = deed;
    const journal = this.journalOf(executionId);
    const entry = journal?.entries.findLast(
      (one) => one.status === 'intent' && targetKey(one.target) === targetKey(target),
    );
    const effect: Effect = {
      ...deed,
      run: `${process} under ${token}`,
      phase: deed.isUndo ? 'rollback' : (entry?.phase ?? 'remediation'),
      step: entry?.step ?? 0,
      attempt: entry?.attempt ?? 0,
      beganMs: this.scheduler.nowMs,
      acceptedMs: Date.parse(journal?.acceptedAt ?? ''),
      isFirst: journal === undefined || effectsSoFar(journal) !== 'some',
      approvedUntilMs: journal === undefined ? undefined : this.#approvedUntilMs(journal),
      expiresMs: Date.parse(journal?.remediation.expiresAt ?? ''),
      unreachableSinceMs: asksToReach(journal) ? this.#brokenSince.get(targetKey(target)) : undefined,
      appliedMs: undefined,
    };
    const name = `${effect.phase} ${deed.action} on ${target.instance} of ${executionId} by ${process}`;
    this.trace(name);
    if (entry === undefined) this.seen.push({ invariant: 'every effect has its intent before', what: name });
    const lease = this.value(leaseBucket, targetLeaseKey(target));
    if (lease?.purpose !== executionId) {
      this.seen.push({ invariant: 'every effect is made under a lease', what: `${name}: held for ${lease?.purpose}` });
    }
    this.#holdToReservation(name, effect);
    this.#holdToMostAtOnce(name, effect, this.#limitOf(executionId));
    this.effects.push(effect);
    const frozen = this.schedule.effectFreezes.find(({ atEffect }) => atEffect === number);
    if (frozen !== undefined) this.#freeze(process as ProcessName, frozen.forMs);
    return {
      fault: this.schedule.actionFaults.find(({ atAction }) => atAction === number)?.kind,
      tookEffect: () => {
        effect.appliedMs = this.scheduler.nowMs;
        this.trace(`${name} took effect`);
      },
    };
  }

  #approvedUntilMs({ remediation: { approvalId, incidentId } }: ExecutionRecord): number | undefined {
    if (approvalId === undefined) return undefined;
    const approval = this.value(incidentBucket, incidentId)?.incident.approval;
    const isValid = approval?.approvalId === approvalId && approval.status === 'granted';
    return isValid ? Date.parse(approval.expiresAt) : 0;
  }

  /** How long the next effect takes at its target. */
  effectMs(random: () => number): number {
    return effectMs.least + random() * (effectMs.most - effectMs.least);
  }

  deliver(page: Page): boolean {
    this.#deliveries += 1;
    if (this.schedule.lostPages.includes(this.#deliveries)) return false;
    const isWithoutStore = this.#isWithoutStore('escalator');
    const unwrittenBy = isWithoutStore ? this.processes.get('escalator')?.life : undefined;
    this.pages.push({ page, atMs: this.scheduler.nowMs, unwrittenBy });
    const record = this.value(escalationBucket, page.incidentId);
    const isRecorded = record?.notifications.some(({ key }) => key === page.dedupeKey) === true;
    if (!isRecorded && !isWithoutStore) {
      this.seen.push({ invariant: 'every page is recorded before it is sent', what: page.dedupeKey });
    }
    this.trace(`${page.contact} is told of ${page.incidentId}, level ${page.level}: ${page.reason}`);
    this.onPage(page);
    return true;
  }

  /** Every event of a type, in the order of their stream. */
  events<Type extends EventType>(type: Type): readonly CortexEvent<Type>[] {
    const prefix = `cortex.${type}.`;
    const found: CortexEvent<Type>[] = [];
    for (const { name } of Object.values(streams)) {
      if (name === 'TELEMETRY' || name === 'AUDIT') continue;
      for (const { subject, data } of this.server.messages(name)) {
        if (subject.startsWith(prefix) && !subject.slice(prefix.length).includes('.')) {
          found.push(JSON.parse(decoder.decode(data)) as CortexEvent<Type>);
        }
      }
    }
    return found;
  }

  /** When an event was stored, by the clock of the site: what it says itself is by the clock of its producer. */
  storedAtMs(id: string): number {
    return this.#storedAtMs.get(id) ?? Number.NaN;
  }

  /** What a bucket holds, by key. */
  values<Schema extends z.ZodType>(bucket: BucketDefinition<Schema>): readonly (readonly [string, z.output<Schema>])[] {
    const stream = `KV_${bucket.name}`;
    const prefix = `$KV.${bucket.name}.`;
    return this.server.subjects(stream, `${prefix}>`).flatMap((subject) => {
      const key = subject.slice(prefix.length);
      const value = this.value(bucket, key);
      return value === undefined ? [] : [[key, value] as const];
    });
  }

  value<Schema extends z.ZodType>(bucket: BucketDefinition<Schema>, key: string): z.output<Schema> | undefined {
    const message = this.server.last(`KV_${bucket.name}`, `$KV.${bucket.name}.${key}`);
    if (message === undefined || message.data.length === 0) return undefined;
    // The site looks through its buckets again and again, and most of what they hold is as it was.
    if (!this.#read.has(message.data)) {
      const parsed = bucket.value.safeParse(readJson(message.data));
      this.#read.set(message.data, parsed.success ? parsed.data : undefined);
    }
    return this.#read.get(message.data) as z.output<Schema> | undefined;
  }

  journalOf(executionId: string): ExecutionRecord | undefined {
    return this.value(journalBucket, escapeToken(executionId));
  }

  /**
   * True when every target serves and is known to, every incident has ended, no message waits for its handler, and nothing is
   * held or reserved any more.
   */
  isWell(): boolean {
    return (
      targets.every((target) => this.world.isServing(target)) &&
      !this.server.hasUnacked() &&
      targets.every((target) => this.value(leaseBucket, targetLeaseKey(target)) === undefined) &&
      this.values(reservationBucket).every(([, { reservations }]) => reservations.length === 0) &&
      this.values(healthBucket).every(([, { state }]) => state === 'HEALTHY') &&
      this.values(incidentBucket).every(([, { incident }]) => incident.status === 'resolved')
    );
  }

  /** True when a durable timer is due soon. */
  hasTimerWithin(ms: number): boolean {
    const limit = new Date(this.scheduler.nowMs + ms).toISOString();
    return this.values(timerBucket).some(([, { dueAt }]) => dueAt <= limit);
  }

  /** A message of a process arrives at the server, which handles it at once. */
  carry(sender: ProcessName, arrive: () => void): void {
    this.#sender = sender;
    arrive();
    this.#sender = undefined;
  }

  trace(text: string): void {
    this.#story.push([this.scheduler.nowMs, text]);
  }

  /** The last lines of what happened, readable. */
  story(lines: number): string {
    return this.#story
      .slice(-lines)
      .map(([atMs, text]) => `${((atMs - startMs) / 1_000).toFixed(3).padStart(9)} s  ${text}`)
      .join('\n');
  }

  #incidentWritten(record: IncidentRecord): void {
    this.written.push(writtenIncident(record, this.scheduler.nowMs));
    this.#holdToAnEnd(record);
    this.#records += 1;
    const frozen = this.schedule.recordFreezes.find(({ atRecord }) => atRecord === this.#records);
    if (frozen !== undefined && this.#sender !== undefined) this.#freeze(this.#sender, frozen.forMs);
  }

  /** Each state of an incident, at the moment when it is written. */
  #holdToAnEnd(record: IncidentRecord): void {
    if (whatEnds(record, this.scheduler.now) !== undefined) return;
    const { id, service, status } = record.incident;
    this.seen.push({
      invariant: 'no open incident is ever without an end',
      what: `${id} of ${service} is ${status} at ${((this.scheduler.nowMs - startMs) / 1_000).toFixed(3)} s`,
    });
  }

  #holdToReservation(name: string, { executionId, target }: Effect): void {
    const { reservations = [] } = this.value(reservationBucket, escapeToken(target.service)) ?? {};
    const places = reservations.filter(({ instance }) => instance === target.instance);
    const own = places.find((place) => place.executionId === executionId);
    if (own !== undefined) this.#holdToUnhealthy(name, target, own);
    if (own !== undefined && own.awaitedSince === undefined && own.until > this.scheduler.now) return;
    const what = `${name}: reserved for ${places.map((place) => place.executionId).join(', ') || 'nobody'}`;
    this.seen.push({ invariant: 'every effect is within the budget of its service', what });
  }

  /** What was long known to be down when a place was taken counts, unless it is the target itself that is down. */
  #holdToUnhealthy(name: string, target: Target, { at, executionId }: Reservation): void {
    const states = this.values(healthBucket).filter(([, record]) => record.target.service === target.service);
    const downBefore = new Date(Date.parse(at) - knownWithinMs).toISOString();
    const down = states
      .filter(([, { state, since }]) => isDown(state) && since < downBefore)
      .map(([, record]) => record.target.instance);
    const isTargetDown = states.some(([key, { state }]) => key === targetKey(target) && isDown(state));
    const isBegun = this.effects.some((effect) => effect.executionId === executionId && sameTarget(effect, target));
    if (isTargetDown || isBegun || new Set([target.instance, ...down]).size <= this.#limitOf(executionId)) return;
    const invariant = 'INV-1 what serves stays while too many are down';
    this.seen.push({ invariant, what: `${name}: ${down.join(', ')} are down` });
  }

  #limitOf(executionId: string): number {
    return this.journalOf(executionId)?.remediation.maxUnavailable ?? 0;
  }

  /** What Cortex worked on is out until it has served again, or for as long as it takes to tell a human. INV-1. */
  #holdToMostAtOnce(name: string, { target, beganMs }: Effect, limit: number): void {
    const out = new Set([target.instance]);
    for (const effect of this.effects) {
      if (effect.target.service !== target.service) continue;
      const underWay = effect.appliedMs === undefined && beganMs - effect.beganMs < effectMs.most;
      const appliedMs = effect.appliedMs ?? Number.POSITIVE_INFINITY;
      const hasServed = this.world.lastServedMs(effect.target) > appliedMs;
      const isGivenUp = beganMs - appliedMs > givenUpAfterMs;
      if (underWay || (effect.appliedMs !== undefined && !hasServed && !isGivenUp)) out.add(effect.target.instance);
    }
    if (out.size <= limit) return;
    const what = `${name}: ${[...out].join(', ')} of ${target.service} are out, ${limit} allowed`;
    this.seen.push({ invariant: 'INV-1 never more instances at once than allowed', what });
  }

  #holdToOneOfEach(subject: string, data: Uint8Array): void {
    // The id stands at the beginning of an envelope; the rest need not be parsed.
    const id = /"id":"([^"]+)"/.exec(decoder.decode(data.subarray(0, 100)))?.[1];
    if (id === undefined) return;
    if (this.#storedAtMs.has(id)) this.seen.push({ invariant: 'no event is stored twice', what: `${id}, ${subject}` });
    this.#storedAtMs.set(id, this.scheduler.nowMs);
  }

  #freeze(name: ProcessName, forMs: number): void {
    const { nowMs } = this.scheduler;
    this.processes.get(name)?.freeze(forMs);
    this.blind.push({ process: name, fromMs: nowMs, untilMs: nowMs + forMs });
    this.busyAtMs = Math.max(this.busyAtMs, nowMs + forMs);
  }

  #journalWritten(data: Uint8Array): void {
    const parsed = journalBucket.value.safeParse(readJson(data));
    const entry = parsed.data?.entries.at(-1);
    if (entry?.status !== 'intent') return;
    this.#intents += 1;
    const frozen = this.schedule.intentFreezes.find(({ atIntent }) => atIntent === this.#intents);
    const holder = this.value(leaseBucket, targetLeaseKey(entry.target))?.holder ?? '';
    const name = [...this.processes.keys()].find((one) => holder.startsWith(one));
    if (name === undefined) return;
    if (frozen !== undefined) this.#freeze(name, frozen.forMs);
    const crash = this.schedule.intentCrashes.find(({ atIntent }) => atIntent === this.#intents);
    if (crash !== undefined) this.processes.get(name)?.kill(crash.downMs);
  }

  /** While NATS is away from a process or takes no writes, and a moment longer, it may act from memory. */
  #isWithoutStore(name: ProcessName): boolean {
    const { nowMs } = this.scheduler;
    const isRefused = this.schedule.refusals.some(({ atMs, forMs }) => {
      const fromMs = startMs + atMs;
      return fromMs <= nowMs && nowMs < fromMs + forMs + catchUpMs;
    });
    return (
      isRefused ||
      this.blind.some(
        ({ process, fromMs, untilMs }) =>
          (process === 'all' || process === name) && fromMs <= nowMs && nowMs < untilMs + catchUpMs,
      )
    );
  }

  #stored(stream: string, subject: string, data: Uint8Array): void {
    const { intentFreezes, intentCrashes } = this.schedule;
    const isWatched = intentFreezes.length + intentCrashes.length > 0;
    if (stream === `KV_${journalBucket.name}` && isWatched) this.#journalWritten(data);
    if (stream === `KV_${incidentBucket.name}` && data.length > 0)
      this.#incidentWritten(readJson(data) as IncidentRecord);
    if (stream === 'TELEMETRY' || stream.startsWith('KV_') || subject.startsWith('cortex.health.checked.')) return;
    this.busyAtMs = Math.max(this.busyAtMs, this.scheduler.nowMs);
    this.trace(subject);
    this.#holdToOneOfEach(subject, data);
    this.onStored(stream, subject, data);
  }
}

function sameTarget(effect: Effect, target: Target): boolean {
  return targetKey(effect.target) === targetKey(target);
}

function asksToReach(journal: ExecutionRecord | undefined): boolean {
  return journal?.remediation.playbook.preconditions.some(({ check }) => check === 'reachable') === true;
}

function readJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(data));
  } catch {
    return undefined;
  }
}
