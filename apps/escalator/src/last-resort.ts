import type { EventData } from '@cortex/contracts';
import { afterAttempt, lastResortPages } from '@cortex/escalation';
import type { EscalationSettings } from '@cortex/escalation';
import { pause } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';
import type { SendPage } from './adapters/page-sender.ts';

interface Parts {
  readonly send: SendPage;
  readonly settings: EscalationSettings;
  readonly logger: ServiceContext['logger'];
  readonly runtime: Pick<Runtime, 'now' | 'after'>;
}

/** Requests remembered as told; what is told again after that has the same key. */
const mostRemembered = 1_000;

/** Tells of requests that cannot be handled, with what the event itself says: each once, without record or policy. */
export class LastResort {
  readonly #parts: Parts;
  readonly #closing: AbortSignal;
  readonly #told = new Set<string>();

  constructor(parts: Parts, closing: AbortSignal) {
    this.#parts = parts;
    this.#closing = closing;
  }

  tell(request: EventData<'escalation.requested'>): void {
    const { escalationId } = request;
    if (this.#told.has(escalationId)) return;
    this.#told.add(escalationId);
    const [oldest] = this.#told;
    if (this.#told.size > mostRemembered && oldest !== undefined) this.#told.delete(oldest);
    for (const page of lastResortPages(request, this.#parts.settings, this.#now())) {
      this.#send(request, page).catch((error: unknown) => {
        this.#parts.logger.error({ escalationId, contact: page.contact, err: error }, 'the last resort failed');
      });
    }
  }

  async #send(
    request: EventData<'escalation.requested'>,
    first: ReturnType<typeof lastResortPages>[number],
  ): Promise<void> {
    const { send, settings, runtime } = this.#parts;
    for (let page = first; page.status === 'pending' && !this.#closing.aborted;) {
      const waitMs = Date.parse(page.nextTryAt ?? page.at) - runtime.now().getTime();
      if (waitMs > 0) await pause(runtime, waitMs, this.#closing);
      page = { ...page, attempts: page.attempts + 1 };
      const outcome = await send({ notification: page, request }, this.#now(), undefined);
      page = afterAttempt(page, outcome, settings.retry, this.#now());
    }
  }

  #now(): string {
    return this.#parts.runtime.now().toISOString();
  }
}
