import type { Bus, Consumption } from '@cortex/bus';
import {
  type CortexConfiguration,
  type HealthChange,
  type HealthRecord,
  type KillSwitch,
  type PlaybookPerformance,
  breakerBucket,
  controlBucket,
  healthBucket,
  leaseBucket,
  leaseTtlMs,
  playbookPerformanceBucket,
  silenceBucket,
  targetKey,
} from '@cortex/contracts';
import { type Facts, isStorm } from '@cortex/decision';
import type { Runtime } from '@cortex/runtime';
import { Breakers } from './breakers.ts';
import { IncidentDirectory } from './directory.ts';
import { KnownKillSwitch } from './kill-switch.ts';
import { KnownSilences } from './silences.ts';

/** Anomalies cleared before they were known, kept to meet their late detection. */
const maxCleared = 5_000;

function countByTarget(checks: CortexConfiguration['checks']): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { target } of checks) counts.set(targetKey(target), (counts.get(targetKey(target)) ?? 0) + 1);
  return counts;
}

/** Everything that a decision looks at, kept in memory by watching: a decision waits for no read. */
export class FactsKeeper {
  readonly breakers: Breakers;
  readonly directory = new IncidentDirectory();
  readonly silences: KnownSilences;
  readonly #switch: KnownKillSwitch;
  readonly #bus: Bus;
  readonly #runtime: Pick<Runtime, 'now' | 'monotonicMs'>;
  readonly #fixed: Pick<Facts, 'environment' | 'services' | 'playbooks' | 'safety' | 'checkedTargets'>;
  readonly #health = new Map<string, HealthRecord>();
  readonly #performance = new Map<string, PlaybookPerformance>();
  /** When each lease was last seen renewed: an expired one sends no message. */
  readonly #leasesSeenAtMs = new Map<string, number>();
  readonly #cleared = new Set<string>();
  #lastStormAt: string | undefined;
  #watches: readonly Consumption[] = [];

  static async start(
    bus: Bus,
    config: CortexConfiguration,
    runtime: Pick<Runtime, 'now' | 'monotonicMs'>,
  ): Promise<FactsKeeper> {
    const breakers = new Breakers(await bus.bucket(breakerBucket), config.safety.breaker);
    const silences = new KnownSilences(await bus.bucket(silenceBucket));
    const killSwitch = new KnownKillSwitch(await bus.bucket(controlBucket));
    const facts = new FactsKeeper(bus, config, runtime, { breakers, silences, killSwitch });
    await facts.#watch();
    return facts;
  }

  private constructor(
    bus: Bus,
    config: CortexConfiguration,
    runtime: Pick<Runtime, 'now' | 'monotonicMs'>,
    known: Pick<FactsKeeper, 'breakers' | 'silences'> & { readonly killSwitch: KnownKillSwitch },
  ) {
    this.#bus = bus;
    this.#runtime = runtime;
    this.breakers = known.breakers;
    this.silences = known.silences;
    this.#switch = known.killSwitch;
    this.#fixed = {
      environment: config.environment,
      services: new Map(config.services.map((service) => [service.name, service])),
      playbooks: config.playbooks,
      safety: config.safety,
      checkedTargets: countByTarget(config.checks),
    };
  }

  /** The world at this moment, for one decision about `service`. */
  at(service: string, newIncidentId: string): Facts {
    return {
      ...this.#fixed,
      newIncidentId,
      performance: this.#performance,
      breakers: this.breakers.known,
      killSwitch: this.killSwitch,
      silences: this.silences.readable,
      hasUnreadableSilence: !this.#bus.isConnected() || this.silences.hasUnreadable,
      health: this.#health,
      heldLeases: this.#heldLeases(),
      openIncidents: this.directory.open,
      history: this.directory.historyOf(service),
      lastStormAt: this.#lastStormAt,
      clearedAnomalies: this.#cleared,
    };
  }

  /** Undefined when it cannot be known, which counts as ON. */
  get killSwitch(): KillSwitch | undefined {
    return this.#bus.isConnected() ? this.#switch.readable : undefined;
  }

  /** Looks at the kill switch itself: its event may overtake the watch. */
  refreshKillSwitch(): Promise<void> {
    return this.#switch.refresh();
  }

  /** An event may overtake the watch of the bucket. */
  noteHealth(change: HealthChange): void {
    const key = targetKey(change.target);
    const known = this.#health.get(key);
    if (known !== undefined && !isLater(change, known)) return;
    const { target, to, since, flapping, atStart } = change;
    const from = atStart === undefined ? {} : { atStart };
    this.#setHealth(key, { target, state: to, since, flapping, ...from, change, memory: {} });
  }

  noteCleared(anomalyId: string): void {
    this.#cleared.add(anomalyId);
    const [oldest] = this.#cleared;
    if (this.#cleared.size > maxCleared && oldest !== undefined) this.#cleared.delete(oldest);
  }

  /** The last storm that an incident remembers: known again after a restart. */
  noteStorm(at: string): void {
    if (this.#lastStormAt === undefined || Date.parse(at) > Date.parse(this.#lastStormAt)) this.#lastStormAt = at;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.stop()));
  }

  async #watch(): Promise<void> {
    const [health, leases, performance] = await Promise.all([
      this.#bus.bucket(healthBucket),
      this.#bus.bucket(leaseBucket),
      this.#bus.bucket(playbookPerformanceBucket),
    ]);
    const watches = await Promise.all([
      this.breakers.watch(),
      this.silences.watch(),
      this.#switch.watch(),
      health.watch((key, entry) =>
        entry === undefined ? this.#health.delete(key) : this.#setHealth(key, entry.value),
      ),
      leases.watch((key, entry) => {
        if (entry === undefined) this.#leasesSeenAtMs.delete(key);
        else this.#leasesSeenAtMs.set(key, this.#runtime.monotonicMs());
      }),
      performance.watch((_key, entry) => {
        if (entry !== undefined) this.#performance.set(entry.value.playbookId, entry.value);
      }),
    ]);
    this.#watches = [...watches, ...(await this.directory.follow(this.#bus, this.#runtime.now()))];
  }

  #setHealth(key: string, record: HealthRecord): void {
    this.#health.set(key, record);
    const { services, safety } = this.#fixed;
    if (isStorm({ services, safety, health: this.#health })) this.noteStorm(this.#runtime.now().toISOString());
  }

  /** By monotonic time: a clock that is set back must not keep a lease alive. */
  #heldLeases(): ReadonlySet<string> {
    const oldest = this.#runtime.monotonicMs() - leaseTtlMs;
    return new Set([...this.#leasesSeenAtMs].filter(([, seenAtMs]) => seenAtMs > oldest).map(([key]) => key));
  }
}

function isLater({ since, sequence }: HealthChange, known: HealthRecord): boolean {
  const last = known.change?.sequence;
  const isOrdered = sequence !== undefined && last !== undefined && sequence > last;
  return isOrdered || Date.parse(known.since) < Date.parse(since);
}
