import type { Bus } from '@cortex/bus';
import { type SafetyPolicy, draft, escalationRequested, healthChanged, stormTarget } from '@cortex/contracts';
import { type Storm, stormCall, stormChange, stormIn } from '@cortex/decision';
import type { Runtime } from '@cortex/runtime';
import type { Logger } from 'pino';
import type { FactsKeeper } from './adapters/facts.ts';

const everyMs = 5_000;
/** Between two looks at least: each goes over all open incidents, and in a storm some incident changes all the time. */
const restMs = 250;

interface Parts {
  readonly bus: Pick<Bus, 'publish'>;
  readonly facts: Pick<FactsKeeper, 'directory' | 'isHeldByStorm'>;
  readonly safety: SafetyPolicy;
  readonly logger: Logger;
  readonly runtime: Pick<Runtime, 'now' | 'every' | 'after'>;
}

/**
 * Tells of a storm once, as an incident of its own, and ends it. All that it knows it reads from the open incidents, so each
 * replica and each life of it comes to the same; what one tells again is no news to the incident.
 */
export class StormWatch {
  readonly #parts: Parts;
  #told: Storm | undefined;
  #calledFor = '';
  #isFirstLook = true;
  #looking: Promise<void> | undefined;
  #resting: { cancel(): void } | undefined;
  #again = false;
  readonly #timer: { cancel(): void };

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = parts.runtime.every(everyMs, () => this.look());
  }

  /** Called whenever incidents have changed. */
  look(): void {
    this.#again = true;
    if (this.#resting === undefined) this.#looking ??= this.#lookAndRest().finally(() => (this.#looking = undefined));
  }

  async stop(): Promise<void> {
    this.#timer.cancel();
    await this.#looking;
    this.#resting?.cancel();
  }

  async #lookAndRest(): Promise<void> {
    this.#again = false;
    try {
      await this.#lookOnce();
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'a storm could not be told; tried again');
    }
    this.#resting = this.#parts.runtime.after(restMs, () => {
      this.#resting = undefined;
      if (this.#again) this.look();
    });
  }

  async #lookOnce(): Promise<void> {
    const { bus, facts, safety, runtime } = this.#parts;
    const { directory } = facts;
    const now = runtime.now().toISOString();
    const own = directory.open.find(({ service }) => service === stormTarget.service);
    // Another life may have told of one.
    const isOn = this.#told !== undefined || (this.#isFirstLook && own !== undefined);
    // Where nothing is healed people hear of it at once, however few services there are.
    const least = facts.isHeldByStorm() ? safety.stormMinServices : Number.POSITIVE_INFINITY;
    const storm = stormIn(directory.open, Math.min(safety.stormOnePageFrom, least), { isOn, now });
    if (storm === undefined ? isOn : this.#told === undefined || storm.size > this.#told.size) {
      await bus.publish(draft(healthChanged, { service: stormTarget.service, data: stormChange(storm, now) }));
    }
    this.#isFirstLook = false;
    if (storm === undefined) this.#told = undefined;
    else if (this.#told === undefined || storm.size > this.#told.size) this.#told = storm;
    if (storm === undefined || own === undefined) return;
    const call = stormCall({ ...storm, size: this.#told?.size ?? storm.size }, own.incidentId, now);
    if (call.escalationId === this.#calledFor) return;
    await bus.publish(
      draft(escalationRequested, {
        service: stormTarget.service,
        incidentId: own.incidentId,
        key: call.escalationId,
        data: call,
      }),
    );
    this.#calledFor = call.escalationId;
  }
}
