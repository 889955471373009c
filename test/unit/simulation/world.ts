import { targetKey } from '@cortex/contracts';
import type { CheckOutcome, JsonRecord, SeriesBatch, Target } from '@cortex/contracts';
import { checksOf, targets } from './catalogue.ts';
import type { CheckName } from './catalogue.ts';

/**
 * What can befall a target. `dead`: its process is gone. `blip`: gone, and back by itself. `flapping`: gone and back, again
 * and again. `misconfigured`: it runs and does not serve. `fragile`: the same, and a new configuration kills its process.
 * `broken`: only a human can repair it. `full`: its disk is.
 */
export type TroubleKind = 'dead' | 'misconfigured' | 'fragile' | 'broken' | 'flapping' | 'full' | 'blip';

/** One effect that an action had, or tried to have, on a target. */
export interface Effect {
  readonly executionId: string;
  /** One run of one handler in one process. */
  readonly run: string;
  readonly phase: 'remediation' | 'rollback';
  readonly step: number;
  readonly attempt: number;
  readonly action: string;
  readonly target: Target;
  readonly beganMs: number;
  readonly appliedMs: number;
  readonly isIdempotent: boolean;
}

interface TargetState {
  isProcessUp: boolean;
  isConfigured: boolean;
  /** A new configuration kills its process. */
  isFragile: boolean;
  /** Only a human can repair it. */
  isBroken: boolean;
  isDrained: boolean;
  disk: number;
  /** Counts restarts and changes of configuration: what a probe compares. */
  restarts: number;
  configurations: number;
}

/** The targets as they really are. Only actions, troubles and people change them. */
export class World {
  readonly effects: Effect[] = [];
  readonly #states = new Map<string, TargetState>();
  readonly #listeners: ((target: Target) => void)[] = [];

  constructor() {
    for (const target of targets) this.#states.set(targetKey(target), healthy());
  }

  onChange(listener: (target: Target) => void): void {
    this.#listeners.push(listener);
  }

  state(target: Target): TargetState {
    const state = this.#states.get(targetKey(target));
    if (state === undefined) throw new RangeError(`no target ${targetKey(target)}`);
    return state;
  }

  strike(target: Target, kind: TroubleKind): void {
    const changes: Record<TroubleKind, Partial<TargetState>> = {
      dead: { isProcessUp: false },
      flapping: { isProcessUp: false },
      blip: { isProcessUp: false },
      misconfigured: { isConfigured: false },
      fragile: { isConfigured: false, isFragile: true },
      broken: { isBroken: true },
      full: { disk: 95 },
    };
    this.change(target, changes[kind]);
  }

  /** What a human does: everything is well again. */
  repair(target: Target): void {
    const { restarts, configurations } = this.state(target);
    this.change(target, { ...healthy(), restarts, configurations });
  }

  change(target: Target, changes: Partial<TargetState>): void {
    Object.assign(this.state(target), changes);
    for (const listener of this.#listeners) listener(target);
  }

  isPassing(target: Target, check: CheckName): boolean {
    const { isProcessUp, isConfigured, isBroken } = this.state(target);
    return !isBroken && isProcessUp && (check !== 'http_endpoint' || isConfigured);
  }

  check(target: Target, at: string): CheckOutcome[] {
    return (checksOf.get(targetKey(target)) ?? []).map(({ name, type, tier }) => {
      const passed = this.isPassing(target, type as CheckName);
      return {
        check: name,
        type,
        tier,
        target,
        passed,
        attempts: 1,
        durationMs: 1,
        detail: passed ? 'it answers' : 'it does not answer',
        evidence: {},
        observedAt: at,
      };
    });
  }

  samples(target: Target, atMs: number): SeriesBatch {
    return { ...target, metric: 'disk_usage_percent', labels: {}, timesMs: [atMs], values: [this.state(target).disk] };
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
    restarts: 0,
    configurations: 0,
  };
}

/** What a simulated action does and promises; the same declarations as libs/actions/src/define-action.ts asks for. */
export interface SimulatedAction {
  readonly onAmbiguous: 'retry' | 'probe' | 'escalate';
  readonly isIdempotent: boolean;
  readonly isReversible: boolean;
  act(world: World, target: Target): void;
  undo?(world: World, target: Target, before: JsonRecord): void;
  tookEffect?(world: World, target: Target, before: JsonRecord): boolean;
}

export const actions: Readonly<Record<string, SimulatedAction>> = {
  restart: {
    onAmbiguous: 'probe',
    isIdempotent: false,
    isReversible: false,
    act(world, target) {
      const { isFragile, isConfigured, restarts } = world.state(target);
      world.change(target, { isProcessUp: !(isFragile && isConfigured), restarts: restarts + 1 });
    },
    tookEffect: (world, target, before) => world.state(target).restarts !== before['restarts'],
  },
  drain: {
    onAmbiguous: 'retry',
    isIdempotent: true,
    isReversible: true,
    act: (world, target) => world.change(target, { isDrained: true }),
    undo: (world, target) => world.change(target, { isDrained: false }),
  },
  configure: {
    onAmbiguous: 'escalate',
    isIdempotent: false,
    isReversible: true,
    act(world, target) {
      const { isFragile, isProcessUp, configurations } = world.state(target);
      const changes = { isConfigured: true, isProcessUp: isProcessUp && !isFragile };
      world.change(target, { ...changes, configurations: configurations + 1 });
    },
    undo(world, target, before) {
      const { configurations } = world.state(target);
      const isProcessUp = before['isProcessUp'] === true;
      world.change(target, {
        isConfigured: before['isConfigured'] === true,
        isProcessUp,
        configurations: configurations + 1,
      });
    },
  },
  clean: {
    onAmbiguous: 'probe',
    isIdempotent: false,
    isReversible: false,
    act: (world, target) => world.change(target, { disk: 40 }),
    tookEffect: (world, target, before) => world.state(target).disk !== before['disk'],
  },
};
