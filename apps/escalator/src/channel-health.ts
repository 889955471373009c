import { secretReferencesIn } from '@cortex/config';
import type { Contact } from '@cortex/contracts';
import type { SendOutcome } from '@cortex/escalation';
import type { Runtime } from '@cortex/runtime';
import { unreadableSecrets } from '@cortex/secrets';
import type { OwnHealth } from './own-health.ts';

/** A receiver that is restarted is back by then. */
const brokenAfterMs = 2 * 60_000;

interface Parts {
  readonly health: OwnHealth;
  readonly contacts: readonly Contact[];
  readonly runtime: Pick<Runtime, 'now'>;
}

/** A channel of a contact, by its position. */
interface ChannelPlace {
  readonly contact: string;
  readonly channel: string;
  readonly position: number;
}

/** Whether each channel can send. One that cannot is trouble of Cortex itself. */
export class ChannelHealth {
  readonly #parts: Parts;
  readonly #failingSince = new Map<string, Date>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads the secrets of every channel. What is missing is told before the first page needs it. */
  async checkSecrets(): Promise<void> {
    for (const { name, channels } of this.#parts.contacts) {
      for (const [position, { type, params }] of channels.entries()) {
        const references = secretReferencesIn(params);
        if (references.length === 0) continue;
        const missing = await unreadableSecrets(references);
        const place = { contact: name, channel: type, position };
        await this.#tell(place, missing.map(({ message }) => message).join('; '));
      }
    }
  }

  /** An attempt to send through a channel ended. */
  async note(place: ChannelPlace, { delivered, retryable, detail }: SendOutcome): Promise<void> {
    const key = instanceOf(place);
    const now = this.#parts.runtime.now();
    if (delivered) {
      this.#failingSince.delete(key);
      await this.#tell(place, '');
      return;
    }
    const since = this.#failingSince.get(key) ?? now;
    this.#failingSince.set(key, since);
    const isLasting = now.getTime() - since.getTime() >= brokenAfterMs;
    if (retryable !== true || isLasting) await this.#tell(place, detail);
  }

  /** Told when it breaks and when it sends again; another reason is no news. */
  #tell(place: ChannelPlace, problem: string): Promise<void> {
    const { contact, channel } = place;
    const part = { instance: instanceOf(place), check: 'page-channel', type: channel };
    if (problem === '') return this.#parts.health.tell(part, '');
    const reason = `${contact} cannot be paged through ${channel}: ${problem}`.slice(0, 1_000);
    return this.#parts.health.tell(part, 'broken', reason);
  }
}

function instanceOf({ contact, channel, position }: ChannelPlace): string {
  return `pages-${contact.slice(0, 64)}-${position}-${channel.slice(0, 32)}`;
}
