import { Random } from '../unit/simulation/random.ts';
import { evidenceOf, type Evidence } from './evidence.ts';
import { violationsIn, type InvariantId, type Violation } from './invariants/invariants.ts';
import { startNats, type TestNats } from '@cortex/testing';
import { startFaultSite, type FaultSite, type FaultSiteOptions, type SiteNats } from './site/fault-site.ts';

/** What one run came to. */
export interface Outcome {
  /** What the scenario itself has seen. */
  readonly violations: readonly Violation[];
  /** Of a run on a whole Cortex: the invariants of the row are held against it. */
  readonly evidence?: Evidence;
  /** From the end of the fault until all was well again; absent where nothing has to recover. */
  readonly recoveryMs?: number;
  readonly measured?: readonly Measure[];
}

/** A time that the row bounds. */
export interface Measure {
  readonly what: string;
  readonly ms: number;
  readonly limitMs: number;
}

/** How long faults last: as the matrix says, or short, for `npm test`, where what is proved is the same. */
export type Pace = 'full' | 'short';

/** One row of the fault matrix. */
export interface Scenario {
  /** As in docs/reliability.md. */
  readonly id: string;
  readonly title: string;
  /** What is done to Cortex, in plain words. */
  readonly inject: string;
  readonly invariants: readonly InvariantId[];
  /** A run of it belongs to `npm test`: it takes under ten seconds on an idle machine. */
  readonly isQuick: boolean;
  /** A violation that is known, and what it waits for. It counts all the same. */
  readonly known?: string;
  run(seed: number, pace: Pace): Promise<Outcome>;
}

/** Runs a row once, and judges it. */
export async function judged(scenario: Scenario, seed: number, pace: Pace): Promise<Outcome> {
  const outcome = await scenario.run(seed, pace);
  const { evidence, violations } = outcome;
  const strange = violations.find(({ invariant }) => !scenario.invariants.includes(invariant));
  if (strange !== undefined) throw new RangeError(`${strange.invariant} is not of ${scenario.id}: ${strange.what}`);
  if (evidence === undefined) return outcome;
  return { ...outcome, violations: [...violations, ...violationsIn(evidence, scenario.invariants)] };
}

/** A row that is not run here, and why: what it waits for, or which test shows it. */
export interface OtherRow {
  readonly id: string;
  readonly title: string;
  readonly because: string;
}

/** Chance of one run, from its seed. */
export interface Chance {
  between(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
  random(): number;
}

export function chanceOf(seed: number): Chance {
  const random = new Random(`fault-${seed}`);
  const between = (least: number, most: number): number => least + random.next() * (most - least);
  return {
    random: random.next,
    between,
    pick(items) {
      const item = items[Math.floor(random.next() * items.length)];
      if (item === undefined) throw new RangeError('there is nothing to pick from');
      return item;
    },
  };
}

/** Holds more than the common invariants against a run. */
export type Claim = (invariant: InvariantId, holds: boolean, otherwise: string) => void;

interface Trial<Nats extends SiteNats> {
  readonly site: FaultSite<Nats>;
  readonly chance: Chance;
  readonly claim: Claim;
  /** A length of time of the matrix, and the one for `npm test`. */
  lasting(fullMs: number, shortMs: number): number;
  measure(measure: Measure): void;
}

/**
 * A run on a whole Cortex. `body` does harm and returns the moment when it ended: recovery is measured from there until
 * `body` is over.
 */
export function onCortex(
  options: FaultSiteOptions | ((chance: Chance) => FaultSiteOptions),
  body: (trial: Trial<TestNats>) => Promise<number | undefined>,
): Scenario['run'] {
  const chosen = (chance: Chance): FaultSiteOptions => (typeof options === 'function' ? options(chance) : options);
  return onCortexWith((chance) => ({ startNats, ...chosen(chance) }), body);
}

/** The same on another NATS than a single server. */
export function onCortexWith<Nats extends SiteNats>(
  options: (chance: Chance) => FaultSiteOptions<Nats> & { readonly startNats: () => Promise<Nats> },
  body: (trial: Trial<Nats>) => Promise<number | undefined>,
): Scenario['run'] {
  return async (seed, pace) => {
    const chance = chanceOf(seed);
    const site = await startFaultSite(options(chance));
    try {
      const violations: Violation[] = [];
      const claim: Claim = (invariant, holds, what) => {
        if (!holds) violations.push({ invariant, what });
      };
      const measured: Measure[] = [];
      const harmEndedMs = await body({
        site,
        chance,
        claim,
        lasting: (fullMs, shortMs) => (pace === 'full' ? fullMs : shortMs),
        measure: (one) => void measured.push(one),
      });
      const recoveryMs = harmEndedMs === undefined ? {} : { recoveryMs: Date.now() - harmEndedMs };
      return { violations, measured, evidence: await evidenceOf(site), ...recoveryMs };
    } finally {
      await site.stop();
    }
  };
}
