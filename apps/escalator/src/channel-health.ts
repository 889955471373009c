import type { Bus } from '@cortex/bus';
import { secretReferencesIn } from '@cortex/config';
import { draft, healthChanged } from '@cortex/contracts';
import type { Contact, EventData } from '@cortex/contracts';
import type { SendOutcome } from '@cortex/escalation';
import type { Runtime } from '@cortex/runtime';
import { whyUnreadable } from '@cortex/secrets';
import type { ServiceContext } from '@cortex/service';

/** A receiver that is restarted is back by then. */
const brokenAfterMs = 2 * 60_000;

type State = 'sends' | 'broken';

interface Parts {
  readonly bus: Pick<Bus, 'publish'>;
  readonly contacts: readonly Contact[];
  readonly logger: ServiceContext['logger'];
  readonly runtime: Pick<Runtime, 'now'>;
}

/** A channel of a contact, by its position. */
interface ChannelPlace {
  readonly contact: string;
  readonly channel: string;
  readonly position: number;
}

/**
 * Whether each channel can send. One that cannot is trouble of the service `cortex`, told as the health of a target, so
 * that it becomes an incident, is shown, and reaches whoever can be reached.
 */
export class ChannelHealth {
  readonly #parts: Parts;
  /** As told last; absent before the first word in this process. */
  readonly #told = new Map<string, State>();
  readonly #failingSince = new Map<string, Date>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads the secrets of every channel. What is missing is told before the first page needs it. */
  async checkSecrets(): Promise<void> {
    for (const { name, channels } of this.#parts.contacts) {
      for (const [position, { type, params }] of channels.entries()) {
        const references = textsIn(params).flatMap(secretReferencesIn);
        if (references.length === 0) continue;
        const missing: string[] = [];
        for (const reference of references) {
          const problem = await whyUnreadable(reference);
          if (problem !== undefined) missing.push(`the secret ${reference} cannot be read: ${problem}`);
        }
        const place = { contact: name, channel: type, position };
        await this.#tell(place, missing.length === 0 ? 'sends' : 'broken', missing.join('; '));
      }
    }
  }

  /** An attempt to send through a channel ended. */
  async note(place: ChannelPlace, { delivered, retryable, detail }: SendOutcome): Promise<void> {
    const key = instanceOf(place);
    const now = this.#parts.runtime.now();
    if (delivered) {
      this.#failingSince.delete(key);
      await this.#tell(place, 'sends', '');
      return;
    }
    const since = this.#failingSince.get(key) ?? now;
    this.#failingSince.set(key, since);
    const isLasting = now.getTime() - since.getTime() >= brokenAfterMs;
    if (retryable !== true || isLasting) await this.#tell(place, 'broken', detail);
  }

  async #tell(place: ChannelPlace, state: State, detail: string): Promise<void> {
    const { bus, logger } = this.#parts;
    const instance = instanceOf(place);
    if (this.#told.get(instance) === state) return;
    this.#told.set(instance, state);
    if (state === 'broken') logger.error({ ...place, detail }, 'a channel cannot send pages');
    const data = this.#changeOf(place, state, detail);
    try {
      await bus.publish(draft(healthChanged, { service: data.target.service, data }));
    } catch (error) {
      this.#told.delete(instance);
      logger.warn({ ...place, err: error }, 'the state of a channel could not be told; told with the next page');
    }
  }

  #changeOf(place: ChannelPlace, state: State, detail: string): EventData<'health.changed'> {
    const { contact, channel } = place;
    const target = { service: 'cortex', instance: instanceOf(place) };
    const at = this.#parts.runtime.now().toISOString();
    const isBroken = state === 'broken';
    const reason = `${contact} cannot be paged through ${channel}: ${detail}`.slice(0, 1_000);
    const outcome = { check: 'page-channel', type: channel, tier: 'shallow', target, result: 'fail' } as const;
    return {
      target,
      from: isBroken ? 'HEALTHY' : 'UNHEALTHY',
      to: isBroken ? 'UNHEALTHY' : 'HEALTHY',
      since: at,
      failing: isBroken ? [{ ...outcome, attempts: 1, durationMs: 0, detail, observedAt: at }] : [],
      flapping: false,
      dependenciesDown: [],
      reason: isBroken ? reason : '',
    };
  }
}

function instanceOf({ contact, channel, position }: ChannelPlace): string {
  return `pages-${contact.slice(0, 64)}-${position}-${channel.slice(0, 32)}`;
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
