import { messageOf } from '@cortex/errors';
import type { JsonRecord } from '@cortex/contracts';
import { withDeadline } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import { createRedactor, resolveSecret } from '@cortex/secrets';
import type { ChannelPlugin, Delivery, Page } from './define-channel.ts';

/** Longer than the timeout of any channel. */
const sendTimeoutMs = 10_000;

export interface SendOptions {
  readonly runtime: Pick<Runtime, 'after'>;
  log(message: string, data?: JsonRecord): void;
}

/**
 * Sends one page through one channel, with a deadline and without secrets in what it says. Never throws: what goes wrong
 * is a failed delivery, which may be tried again.
 */
export async function sendPage(
  plugin: ChannelPlugin,
  params: unknown,
  page: Page,
  { runtime, log }: SendOptions,
): Promise<Delivery> {
  return withDeadline(sendTimeoutMs, undefined, (signal) => attempt(plugin, params, page, log, signal), runtime);
}

async function attempt(
  plugin: ChannelPlugin,
  params: unknown,
  page: Page,
  log: SendOptions['log'],
  signal: AbortSignal,
): Promise<Delivery> {
  const redactor = createRedactor();
  const sending = async (): Promise<Delivery> =>
    plugin.send(params, page, {
      signal,
      log: (message, data) => log(redactor.text(message), data === undefined ? undefined : redactor.value(data)),
      secret: async (reference) => {
        const secret = await resolveSecret(reference);
        redactor.hide(secret);
        return secret;
      },
    });
  try {
    return redactor.value(await Promise.race([sending(), rejectOn(signal)]));
  } catch (error) {
    const detail = signal.aborted ? 'no answer in time' : redactor.text(messageOf(error));
    return { delivered: false, retryable: true, detail };
  }
}

/** A channel that ignores its signal must not block a page forever. */
function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
