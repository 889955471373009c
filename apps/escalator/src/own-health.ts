import type { Bus } from '@cortex/bus';
import { draft, healthChanged } from '@cortex/contracts';
import type { EventData } from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';

/** A part of Cortex itself. */
export interface OwnPart {
  /** The instance of the service `cortex`. */
  readonly instance: string;
  readonly check: string;
  readonly type: string;
}

interface Parts {
  readonly bus: Pick<Bus, 'publish'>;
  readonly logger: ServiceContext['logger'];
  readonly runtime: Pick<Runtime, 'now'>;
}

/**
 * Trouble of Cortex itself, told as the health of a target of the service `cortex`, so that it becomes an incident, is shown,
 * and reaches whoever can be reached.
 */
export class OwnHealth {
  readonly #parts: Parts;
  /** The trouble that was told last, empty for none; absent before the first word in this process. */
  readonly #told = new Map<string, string>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Told once for each `trouble` of a part; empty: it is well. `detail` is told with it. Never rejects. */
  async tell(part: OwnPart, trouble: string, detail: string = trouble): Promise<void> {
    const { bus, logger } = this.#parts;
    const { instance } = part;
    const before = this.#told.get(instance);
    if (before === trouble) return;
    this.#told.set(instance, trouble);
    if (trouble !== '') logger.error({ instance, detail }, 'Cortex itself is in trouble');
    const data = this.#changeOf(part, detail);
    try {
      await bus.publish(draft(healthChanged, { service: data.target.service, data }));
    } catch (error) {
      this.#told.delete(instance);
      logger.warn({ instance, err: error }, 'the state of a part of Cortex could not be told; told the next time');
    }
  }

  #changeOf({ instance, check, type }: OwnPart, detail: string): EventData<'health.changed'> {
    const target = { service: 'cortex', instance };
    const at = this.#parts.runtime.now().toISOString();
    const isBroken = detail !== '';
    const outcome = { check, type, tier: 'shallow', target, result: 'fail' } as const;
    return {
      target,
      from: isBroken ? 'HEALTHY' : 'UNHEALTHY',
      to: isBroken ? 'UNHEALTHY' : 'HEALTHY',
      since: at,
      failing: isBroken ? [{ ...outcome, attempts: 1, durationMs: 0, detail, observedAt: at }] : [],
      flapping: false,
      dependenciesDown: [],
      reason: detail,
    };
  }
}
