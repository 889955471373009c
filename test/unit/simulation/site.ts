import { leaseTtlMs } from '@cortex/contracts';
import type {
  BreakerRecord,
  CheckOutcome,
  EscalationRecord,
  ExecutionRecord,
  HealthRecord,
  IncidentRecord,
  KillSwitch,
  LeaseRecord,
  PlaybookPerformance,
  Silence,
  TimerRecord,
} from '@cortex/contracts';
import type { Facts, Input } from '@cortex/decision';
import type { EscalationInput } from '@cortex/escalation';
import { Bus } from './bus.ts';
import { Clock, Random } from './clock.ts';
import { startMs } from './timeline.ts';
import type { Schedule } from './schedule.ts';
import { Bucket } from './store.ts';
import { World } from './world.ts';

/** A fault that a mutation check builds into one service, to prove that the invariants can fail. */
export type Mutation =
  | 'executor forgets its journal'
  | 'executor ignores the kill switch'
  | 'executor ignores leases'
  | 'decision publishes before it writes'
  | 'decision ignores silences'
  | 'verifier believes what it saw before'
  | 'learner counts every delivery'
  | 'escalator sets no timers';

/** One change of an incident, as decision wrote it: what a replay starts from. */
export interface AppliedDecision {
  readonly basedOn: string | undefined;
  readonly input: Input;
  readonly facts: Facts;
  readonly now: string;
}

export interface AppliedEscalation {
  readonly incidentId: string;
  readonly input: EscalationInput | { readonly kind: 'reported'; readonly keys: readonly string[] };
  readonly now: string;
}

/** A page that reached its receiver. */
export interface ReceivedPage {
  readonly key: string;
  readonly incidentId: string;
  readonly service: string;
  readonly escalationId: string;
  readonly level: number;
  readonly contact: string;
  readonly atMs: number;
}

/** Everything that outlives the processes: server, targets, people, and the notes that the invariants are judged by. */
export class Site {
  readonly clock = new Clock(startMs);
  readonly random: Random;
  readonly schedule: Schedule;
  readonly mutation: Mutation | undefined;
  readonly bus: Bus;
  readonly world = new World();
  readonly buckets: {
    readonly incidents: Bucket<IncidentRecord>;
    readonly openIncidents: Bucket<{ readonly incidentId: string }>;
    readonly health: Bucket<HealthRecord>;
    readonly journal: Bucket<ExecutionRecord>;
    readonly control: Bucket<KillSwitch>;
    readonly silences: Bucket<Silence>;
    readonly leases: Bucket<LeaseRecord>;
    readonly timers: Bucket<TimerRecord>;
    readonly breakers: Bucket<BreakerRecord>;
    readonly escalations: Bucket<EscalationRecord>;
    readonly performance: Bucket<PlaybookPerformance>;
  };
  /** Spans in which the kill switch was on, epoch milliseconds. */
  readonly killSwitchOn: { readonly fromMs: number; untilMs: number }[] = [];
  readonly decisions: AppliedDecision[] = [];
  readonly escalations: AppliedEscalation[] = [];
  readonly checked: CheckOutcome[] = [];
  readonly pages: ReceivedPage[] = [];
  /** People look at each page that reaches them. */
  onPage: (page: ReceivedPage) => void = () => undefined;
  crashes = 0;
  /** Violations that are seen at the moment of the deed. */
  readonly seen: { readonly invariant: string; readonly what: string }[] = [];
  /** Notes for a replay cost as much as the run itself, so every fourth run keeps them. */
  readonly isReplayed: boolean;
  readonly #trace: (readonly [number, string])[] = [];
  #revision = 0;

  constructor(schedule: Schedule, mutation: Mutation | undefined) {
    this.schedule = schedule;
    this.mutation = mutation;
    this.isReplayed = schedule.seed % 4 === 0;
    this.random = new Random(schedule.seed);
    const { clock, random } = this;
    const { latencyMs } = schedule;
    this.bus = new Bus({ clock, random, latencyMs, faults: schedule.messages, trace: (text) => this.trace(text) });
    this.buckets = {
      incidents: this.#bucket(),
      openIncidents: this.#bucket(),
      health: this.#bucket(),
      journal: this.#bucket(),
      control: this.#bucket(),
      silences: this.#bucket(),
      leases: this.#bucket(leaseTtlMs),
      timers: this.#bucket(),
      breakers: this.#bucket(),
      escalations: this.#bucket(),
      performance: this.#bucket(),
    };
  }

  noteDecision(decision: AppliedDecision): void {
    if (this.isReplayed) this.decisions.push(decision);
  }

  trace(text: string): void {
    this.#trace.push([this.clock.nowMs, text]);
  }

  /** The last lines of what happened, readable. */
  story(lines: number): string {
    return this.#trace
      .slice(-lines)
      .map(([atMs, text]) => `${((atMs - startMs) / 1_000).toFixed(3).padStart(10)} s  ${text}`)
      .join('\n');
  }

  #bucket<Value>(ttlMs = 0): Bucket<Value> {
    const lagMs = (): number => Math.ceil(this.random.next() * this.schedule.latencyMs);
    return new Bucket(this.clock, () => (this.#revision += 1), lagMs, ttlMs);
  }
}
