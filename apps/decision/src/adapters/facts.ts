import type { Bus, Consumption } from '@cortex/bus';
import {
  type CortexConfiguration,
  type HealthChange,
  type HealthRecord,
  type KillSwitch,
  type PlaybookPerformance,
  type Reservation,
  breakerBucket,
  controlBucket,
  healthBucket,
  leaseBucket,
  leaseTtlMs,
  playbookPerformanceBucket,
  reservationBucket,
  silenceBucket,
  startBucket,
  targetKey,
  unescapeToken,
} from '@cortex/contracts';
import { type Facts, type Start, clustersOf, isHeldByStorm, isStorm } from '@cortex/decision';
import type { Runtime } from '@cortex/runtime';
import { Breakers } from './breakers.ts';
import { IncidentDirectory } from './directory.ts';
import { KnownKillSwitch } from './kill-switch.ts';
import { KnownSilences } from './silences.ts';
import { Starts } from './starts.ts';

/** Anomalies cleared before they were known, kept to meet their late detection. */
const maxCleared = 5_000;

function countByTarget(checks: CortexConfiguration['checks']): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { target } of checks) counts.set(targetKey(target), (counts.get(targetKey(target)) ?? 0) + 1);
  return counts;
}

/** Everything that a decision looks at, kept in memory by watching: no fact is read while it is made. */
export class FactsKeeper {
  readonly breakers: Breakers;
  readonly directory: IncidentDirectory;
  readonly starts: Starts;
  readonly silences: KnownSilences;
  readonly #switch: KnownKillSwitch;
  readonly #bus: Bus;
  readonly #runtime: Pick<Runtime, 'now' | 'monotonicMs'>;
  readonly #fixed: Pick<Facts, 'environment' | 'services' | 'playbooks' | 'safety' | 'checkedTargets'>;
  readonly #health = new Map<string, HealthRecord>();
  readonly #performance = new Map<string, PlaybookPerformance>();
  /** When each lease was last seen renewed: an expired one sends no message. */
  readonly #leasesSeenAtMs = new Map<string, number>();
  readonly #reservations = new Map<string, readonly Reservation[]>();
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
    const starts = new Starts(await bus.bucket(startBucket), config.safety.startRate, runtime);
    const facts = new FactsKeeper(bus, config, runtime, { breakers, silences, killSwitch, starts });
    await facts.#watch();
    return facts;
  }

  private constructor(
    bus: Bus,
    config: CortexConfiguration,
    runtime: Pick<Runtime, 'now' | 'monotonicMs'>,
    known: Pick<FactsKeeper, 'breakers' | 'silences' | 'starts'> & { readonly killSwitch: KnownKillSwitch },
  ) {
    this.#bus = bus;
    this.#runtime = runtime;
    this.breakers = known.breakers;
    this.silences = known.silences;
    this.starts = known.starts;
    this.directory = new IncidentDirectory(config.safety.planTtlMs);
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
      hasUnreadableSilence:
        !this.#bus.isConnected() || this.silences.mayHoldUnread(service, this.#runtime.now().toISOString()),
      health: this.#health,
      heldLeases: this.#heldLeases(),
      reservations: this.#reservations,
      openIncidents: this.directory.open,
      starts: this.#startsNow(),
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
    const seen = known?.seenAt === undefined ? {} : { seenAt: known.seenAt };
    this.#setHealth(key, { target, state: to, since, flapping, ...from, ...seen, change, memory: {} });
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

  /** True while nothing is begun anywhere, because of a storm. */
  isHeldByStorm(): boolean {
    const { services, safety } = this.#fixed;
    const known = { services, safety, health: this.#health, openIncidents: this.directory.open };
    return isHeldByStorm({ ...known, lastStormAt: this.#lastStormAt }, this.#runtime.now().toISOString());
  }

  async stop(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.stop()));
  }

  async #watch(): Promise<void> {
    const [health, leases, reservations, performance] = await Promise.all([
      this.#bus.bucket(healthBucket),
      this.#bus.bucket(leaseBucket),
      this.#bus.bucket(reservationBucket),
      this.#bus.bucket(playbookPerformanceBucket),
    ]);
    const watches = await Promise.all([
      this.breakers.watch(),
      this.silences.watch(),
      this.starts.watch(),
      this.#switch.watch(),
      health.watch((key, entry) =>
        entry === undefined ? this.#health.delete(key) : this.#setHealth(key, entry.value),
      ),
      leases.watch((key, entry) => {
        if (entry === undefined) this.#leasesSeenAtMs.delete(key);
        else this.#leasesSeenAtMs.set(key, this.#runtime.monotonicMs());
      }),
      reservations.watch(
        (key, entry) => void this.#reservations.set(unescapeToken(key), entry?.value.reservations ?? []),
      ),
      performance.watch((_key, entry) => {
        if (entry !== undefined) this.#performance.set(entry.value.playbookId, entry.value);
      }),
    ]);
    this.#watches = [...watches, ...(await this.directory.follow(this.#bus, this.#runtime.now()))];
  }

  #setHealth(key: string, record: HealthRecord): void {
    const before = this.#health.get(key);
    this.#health.set(key, record);
    // Most records only say that the target was looked at again.
    if (before?.state === record.state && before.atStart === record.atStart) return;
    const { services, safety } = this.#fixed;
    if (isStorm({ services, safety, health: this.#health, openIncidents: this.directory.open }))
      this.noteStorm(this.#runtime.now().toISOString());
  }

  /** What has a slot, and what was asked for and may still begin, or began later than it was asked for. */
  #startsNow(): readonly Start[] {
    const now = this.#runtime.now();
    const starts = new Map(this.starts.known(now).map((start) => [start.executionId, start]));
    for (const { executionId, service, instances, until } of this.directory.askedFor(now.toISOString())) {
      const known = starts.get(executionId);
      if (known !== undefined && known.until >= until) continue;
      const targets = (this.#fixed.services.get(service)?.instances ?? []).filter(({ id }) => instances.includes(id));
      starts.set(executionId, { executionId, service, clusters: clustersOf(targets), until });
    }
    return [...starts.values()];
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
