import type { HandlerContext } from '@cortex/bus';
import type { EventDraft } from '@cortex/contracts';

/** Publishes in order without delaying the next effect; `flush` waits, and throws the first error. */
export class Publisher {
  readonly #context: Pick<HandlerContext, 'publish'>;
  #chain: Promise<unknown> = Promise.resolve();

  constructor(context: Pick<HandlerContext, 'publish'>) {
    this.#context = context;
  }

  send(draft: EventDraft): void {
    this.#chain = this.#chain.then(() => this.#context.publish(draft));
    this.#chain.catch(() => undefined);
  }

  async flush(): Promise<void> {
    await this.#chain;
  }
}
