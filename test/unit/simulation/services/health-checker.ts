import { healthChanged, targetKey } from '@cortex/contracts';
import type { CheckOutcome, EventDraft, HealthRecord, Target } from '@cortex/contracts';
import { findSilence, silencesTarget } from '@cortex/decision';
import { changeKey, resumeHealth, stepHealth, unknownHealth } from '@cortex/health';
import type { StepHealthSettings, TargetHealth } from '@cortex/health';
import { derivedId } from '@cortex/bus';
import { checksOf, healthSettings, targets } from '../catalogue.ts';
import type { Process, Task } from '../process.ts';
import { request, sleepUntil } from '../process.ts';
import { startMs } from '../timeline.ts';
import type { Site } from '../site.ts';
import { World } from '../world.ts';

const roundMs = 10_000;
/** Rounds after a change of the target, after which further ones could not say anything new. */
const roundsAfterChange = 5;

/**
 * Mirrors apps/health-checker/src/target-monitor.ts: the change is written before it is published, under an id that
 * comes from what was written. Rounds that could not change anything are skipped: that is what makes a run cheap.
 */
export function startHealthChecker(site: Site, process: Process): void {
  if (process.life === 0) for (const [key, record] of healthyBefore) site.buckets.health.create(key, record);
  for (const target of targets) {
    const monitor = new TargetMonitor(site, process, target);
    // In the first life nothing has happened yet: that everything is healthy is known from before.
    if (process.life > 0) monitor.wake(roundsAfterChange);
    site.world.onChange((changed) => {
      if (targetKey(changed) === targetKey(target)) monitor.wake(roundsAfterChange);
    });
  }
}

/** What a checker that has looked for a while has written of each target. */
const healthyBefore: ReadonlyMap<string, HealthRecord> = new Map(
  targets.map((target) => {
    const key = targetKey(target);
    const at = new Date(startMs - roundMs).toISOString();
    const checks = checksOf.get(key) ?? [];
    const state = new World()
      .check(target, at)
      .reduce(
        (health, outcome) => stepHealth(health, outcome, { ...healthSettings, checks }, at).state,
        unknownHealth(target, at),
      );
    return [key, storedAs(state)];
  }),
);

function storedAs(state: TargetHealth): HealthRecord {
  return { ...state, memory: state.memory as unknown as HealthRecord['memory'] };
}

class TargetMonitor {
  readonly #site: Site;
  readonly #process: Process;
  readonly #target: Target;
  readonly #life: number;
  readonly #settings: StepHealthSettings;
  #health: TargetHealth;
  #revision = 0;
  #roundsLeft = 0;
  #isRunning = false;
  #announced = -1;

  constructor(site: Site, process: Process, target: Target) {
    this.#site = site;
    this.#process = process;
    this.#target = target;
    this.#life = process.life;
    this.#settings = { ...healthSettings, checks: checksOf.get(targetKey(target)) ?? [] };
    this.#health = unknownHealth(target, site.clock.now);
    this.#load();
    if (process.life === 0) this.#announced = this.#health.memory.changeCount;
  }

  wake(rounds: number): void {
    this.#roundsLeft = Math.max(this.#roundsLeft, rounds);
    if (this.#isRunning || this.#process.life !== this.#life) return;
    this.#isRunning = true;
    this.#process.spawn(this.#rounds());
  }

  *#rounds(): Task<void> {
    const { clock, random } = this.#site;
    yield* sleepUntil(clock.nowMs + random.below(roundMs));
    yield* this.#announce();
    for (;;) {
      while (this.#roundsLeft > 0) {
        while (this.#isSilenced()) yield* sleepUntil(clock.nowMs + 1_000);
        this.#roundsLeft -= 1;
        yield* this.#round();
        yield* sleepUntil(clock.nowMs + roundMs);
      }
      // Flapping ends when a whole span has seen no change: that needs one more look.
      if (!this.#health.flapping) break;
      yield* sleepUntil(clock.nowMs + healthSettings.flapping.withinMs);
      yield* this.#round();
    }
    this.#isRunning = false;
  }

  #isSilenced(): boolean {
    const silences = this.#site.buckets.silences.entries().map(({ value }) => value);
    return findSilence(silences, this.#site.clock.now, (one) => silencesTarget(one, this.#target)) !== undefined;
  }

  *#round(): Task<void> {
    const { world, clock, checked } = this.#site;
    for (const outcome of world.check(this.#target, clock.now)) {
      checked.push(outcome);
      yield* this.#apply(outcome);
    }
  }

  *#apply(outcome: CheckOutcome): Task<void> {
    const { clock, buckets } = this.#site;
    const key = targetKey(this.#target);
    const { state, change } = stepHealth(this.#health, outcome, this.#settings, clock.now);
    const isWorthSaving = change !== undefined || statusesOf(state) !== statusesOf(this.#health);
    if (!isWorthSaving) {
      this.#health = state;
      return;
    }
    const value = storedAs(state);
    const revision = yield* request(() =>
      this.#revision === 0 ? buckets.health.create(key, value) : buckets.health.update(key, value, this.#revision),
    );
    if (revision === undefined) {
      this.#load();
      return;
    }
    this.#revision = revision;
    this.#health = state;
    if (change !== undefined) yield* this.#announce();
  }

  #load(): void {
    const entry = this.#site.buckets.health.get(targetKey(this.#target));
    this.#health = entry === undefined ? unknownHealth(this.#target, this.#site.clock.now) : resumeHealth(entry.value);
    this.#revision = entry?.revision ?? 0;
  }

  /** Says the last change again, if this life has not: under the same id, so that it is said once. */
  *#announce(): Task<void> {
    const { change, since, memory } = this.#health;
    if (change === undefined || this.#announced === memory.changeCount) return;
    const key = changeKey(this.#health);
    const { service } = this.#target;
    const draft: EventDraft = { type: healthChanged.type, service, key, data: change };
    const id = derivedId({ id: key, time: since }, 'change');
    yield* this.#site.bus.publish(draft, undefined, this.#process.name, id);
    this.#announced = memory.changeCount;
  }
}

function statusesOf({ memory }: TargetHealth): string {
  let text = '';
  for (const [name, { status, persistent }] of Object.entries(memory.checks))
    text += `${name} ${status} ${persistent};`;
  return text;
}
