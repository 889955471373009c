import type { Bucket } from '@cortex/bus';
import { escapeToken } from '@cortex/contracts';
import type { ExecutionRecord, Remediation, Reservation, ServiceReservations, Target } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import {
  countingReservations,
  isTouched,
  recoveryMs,
  stepsMs,
  verificationMs,
  withReservation,
} from '@cortex/execution';
import type { Runtime } from '@cortex/runtime';
import { outTogether } from '@cortex/topology';
import type { HealthReader } from './health.ts';

export type PlaceResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** More than it takes to notice that an executor died, and to go on in another. */
const slackMs = 60_000;

/**
 * Which instances are out of service because of Cortex. An instance gets its place before its first effect, by compare-and-set on the
 * one record of its service, and keeps it until it is seen to serve again. INV-1.
 */
export class Reservations {
  readonly #bucket: Bucket<ServiceReservations>;
  readonly #health: Pick<HealthReader, 'statesOf'>;
  readonly #runtime: Pick<Runtime, 'now'>;

  constructor(
    bucket: Bucket<ServiceReservations>,
    health: Pick<HealthReader, 'statesOf'>,
    runtime: Pick<Runtime, 'now'>,
  ) {
    this.#bucket = bucket;
    this.#health = health;
    this.#runtime = runtime;
  }

  /**
   * Takes a place for this instance, unless more would be out of service together than may be. An instance that the execution has
   * begun with gets it in every case: it is out already.
   */
  async take(
    remediation: Remediation,
    { service, instance }: Target,
    { isBegun = false }: { readonly isBegun?: boolean } = {},
  ): Promise<PlaceResult> {
    const { executionId, maxUnavailable } = remediation;
    let out: readonly string[] = [];
    try {
      await this.#change(service, (counting, now) => {
        const reserved = counting.map((one) => one.instance);
        out = outTogether(instance, { reserved, states: this.#health.statesOf(service) });
        if (out.length > maxUnavailable && !isBegun) return undefined;
        const until = new Date(now.getTime() + workMs(remediation));
        return withReservation(counting, { instance, executionId, at: now.toISOString(), until: until.toISOString() });
      });
    } catch (error) {
      if (!(error instanceof CortexError) || error.code !== 'CORTEX_BUS_BAD_ENTRY') throw error;
      return { ok: false, reason: `nobody can tell what is out of service in ${service}: ${error.message}` };
    }
    if (out.length <= maxUnavailable || isBegun) return { ok: true };
    const others = out.filter((one) => one !== instance).join(', ');
    return {
      ok: false,
      reason: `${instance} must stay: ${others} of ${service} ${out.length > 2 ? 'are' : 'is'} under remediation, not yet seen to serve, or unhealthy, and at most ${maxUnavailable} may be out of service at once`,
    };
  }

  /** The instance serves again, and the execution goes on elsewhere. */
  async release(executionId: string, { service, instance }: Target): Promise<void> {
    await this.#remove(service, (one) => one.executionId === executionId && one.instance === instance);
  }

  /** What was awaited serves again. A reservation that an execution has renewed since stays. */
  async free(service: string, awaited: Reservation): Promise<void> {
    await this.#remove(service, (one) => isSameWait(one, awaited));
  }

  /**
   * The execution is over. What it never touched is free; what it did is awaited until it serves, for as long as verification
   * takes. Of what no check looks at nobody will ever know more than how long its playbook waits. What an earlier execution did is
   * awaited no less than before.
   */
  async settle({ remediation, ...record }: ExecutionRecord, canBeSeen: (target: Target) => boolean): Promise<void> {
    const { executionId, playbook, targets } = remediation;
    const endedAt = record.rollback?.completedAt ?? record.completedAt;
    for (const service of new Set(targets.map((target) => target.service))) {
      await this.#change(service, (counting, now) => {
        // A place that was taken after this end is that of a rollback, which another delivery may have begun meanwhile.
        const isOwn = (one: Reservation): boolean =>
          one.executionId === executionId &&
          one.awaitedSince === undefined &&
          (endedAt === undefined || one.at <= endedAt);
        if (!counting.some(isOwn)) return undefined;
        const touched = counting.filter(
          (one) => isOwn(one) && isTouched({ remediation, ...record }, { service, instance: one.instance }),
        );
        const left = counting.filter((one) => !isOwn(one) && !touched.some((own) => isEarlierWait(one, own)));
        const awaited = touched.map((one): Reservation => {
          const target = { service, instance: one.instance };
          const awaitMs = canBeSeen(target) ? verificationMs(playbook) : playbook.verification.waitMs;
          const until = new Date(now.getTime() + awaitMs).toISOString();
          const earlier = counting.filter((other) => isEarlierWait(other, one)).map((other) => other.until);
          return { ...one, awaitedSince: now.toISOString(), until: [until, ...earlier].toSorted().at(-1) ?? until };
        });
        return [...left, ...awaited];
      });
    }
  }

  /** Whether it still counts, and is still awaited. */
  async isAwaited(service: string, awaited: Reservation): Promise<boolean> {
    const entry = await this.#bucket.get(escapeToken(service));
    const counting = countingReservations(entry?.value.reservations ?? [], this.#runtime.now().toISOString());
    return counting.some((one) => isSameWait(one, awaited));
  }

  async #remove(service: string, isGone: (one: Reservation) => boolean): Promise<void> {
    await this.#change(service, (counting) =>
      counting.some(isGone) ? counting.filter((one) => !isGone(one)) : undefined,
    );
  }

  async #change(
    service: string,
    change: (counting: readonly Reservation[], now: Date) => readonly Reservation[] | undefined,
  ): Promise<void> {
    await this.#bucket.modify(escapeToken(service), (current) => {
      const now = this.#runtime.now();
      const changed = change(countingReservations(current?.reservations ?? [], now.toISOString()), now);
      return changed === undefined ? undefined : { reservations: [...changed] };
    });
  }
}

/** What an execution of before did to the same instance: one wait is enough for both. */
function isEarlierWait(one: Reservation, { instance, executionId }: Reservation): boolean {
  return one.instance === instance && one.executionId !== executionId && one.awaitedSince !== undefined;
}

function isSameWait(one: Reservation, other: Reservation): boolean {
  return (
    one.instance === other.instance &&
    one.executionId === other.executionId &&
    one.awaitedSince !== undefined &&
    one.awaitedSince === other.awaitedSince
  );
}

/** The most that an execution may need from here until a target serves, or is given up: others of its wave may come first. */
function workMs({ playbook, targets }: Remediation): number {
  const perTargetMs = stepsMs(playbook.steps) + stepsMs(playbook.rollback.steps) + recoveryMs(playbook);
  return targets.length * perTargetMs + recoveryMs(playbook) + slackMs;
}
