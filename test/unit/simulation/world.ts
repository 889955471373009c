import { targetKey } from '@cortex/contracts';
import type { JsonRecord, Target } from '@cortex/contracts';

/**
 * What can befall a target. `dead`: its process is gone. `blip`: gone, and back by itself. `flapping`: gone and back, again
 * and again. `misconfigured`: it runs and does not serve. `fragile`: the same, and a new configuration kills its process.
 * `broken`: only a human can repair it. `full`: its disk is.
 */
export type TroubleKind = 'dead' | 'misconfigured' | 'fragile' | 'broken' | 'flapping' | 'full' | 'blip';

export interface TargetState {
  isProcessUp: boolean;
  isConfigured: boolean;
  /** A new configuration kills its process. */
  isFragile: boolean;
  /** Only a human can repair it. */
  isBroken: boolean;
  isDrained: boolean;
  disk: number;
  /** A process that was started needs until then to serve. */
  servesFromMs: number;
  /** Counts restarts and changes of configuration: what a probe compares. */
  restarts: number;
  configurations: number;
}

const troubles: Readonly<Record<TroubleKind, Partial<TargetState>>> = {
  dead: { isProcessUp: false },
  flapping: { isProcessUp: false },
  blip: { isProcessUp: false },
  misconfigured: { isConfigured: false },
  fragile: { isConfigured: false, isFragile: true },
  broken: { isBroken: true },
  full: { disk: 95 },
};

/** Longer than a step, and than the first look at what it did. */
const timeToServeMs = 4_000;

/** The targets as they really are. Only actions, troubles and people change them. */
export class World {
  readonly #states = new Map<string, TargetState>();
  readonly #lastServedMs = new Map<string, number>();
  readonly #listeners: ((target: Target) => void)[] = [];
  readonly #nowMs: () => number;

  constructor(targets: readonly Target[], nowMs: () => number) {
    this.#nowMs = nowMs;
    for (const target of targets) this.#states.set(targetKey(target), healthy());
  }

  onChange(listener: (target: Target) => void): void {
    this.#listeners.push(listener);
  }

  state(target: Target): Readonly<TargetState> {
    const state = this.#states.get(targetKey(target));
    if (state === undefined) throw new RangeError(`no target ${targetKey(target)}`);
    return state;
  }

  strike(target: Target, kind: TroubleKind): void {
    this.change(target, troubles[kind]);
  }

  /** What a human does: everything is well again. */
  repair(target: Target): void {
    const { restarts, configurations } = this.state(target);
    this.change(target, { ...healthy(), restarts, configurations });
  }

  /** Its process is started anew. */
  restart(target: Target): Partial<TargetState> {
    return { servesFromMs: this.#nowMs() + timeToServeMs, restarts: this.state(target).restarts + 1 };
  }

  change(target: Target, changes: Partial<TargetState>): void {
    const key = targetKey(target);
    this.#lastServedMs.set(key, this.lastServedMs(target));
    this.#states.set(key, { ...this.state(target), ...changes });
    for (const listener of this.#listeners) listener(target);
  }

  isServing(target: Target): boolean {
    const { isBroken, isProcessUp, isConfigured, servesFromMs } = this.state(target);
    return !isBroken && isProcessUp && isConfigured && servesFromMs <= this.#nowMs();
  }

  /** Now, for what serves. */
  lastServedMs(target: Target): number {
    return this.isServing(target) ? this.#nowMs() : (this.#lastServedMs.get(targetKey(target)) ?? 0);
  }

  isUp(target: Target): boolean {
    const { isBroken, isProcessUp } = this.state(target);
    return !isBroken && isProcessUp;
  }

  observe(target: Target): JsonRecord {
    return { ...this.state(target) };
  }
}

function healthy(): TargetState {
  return {
    isProcessUp: true,
    isConfigured: true,
    isFragile: false,
    isBroken: false,
    isDrained: false,
    disk: 40,
    servesFromMs: 0,
    restarts: 0,
    configurations: 0,
  };
}
