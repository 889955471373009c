import type { ChannelPlugin, Page } from '@cortex/channels';
import { CortexError, messageOf } from '@cortex/errors';
import { createRedactor, resolveSecret } from '@cortex/secrets';
import type { CortexConfiguration } from '@cortex/contracts';
import type { PageOrder, SendOutcome } from '@cortex/escalation';
import { withDeadline } from '@cortex/runtime';
import type { Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';

/** Shorter than the time after which an attempt counts as lost. */
const sendTimeoutMs = 10_000;

export type SendPage = (order: PageOrder, at: string) => Promise<SendOutcome>;

/** A contact whose channel does not exist or rejects its parameters. */
class ContactError extends CortexError {
  constructor(contact: string, problem: string) {
    super(
      'CORTEX_ESCALATOR_CONTACT',
      `contact "${contact}": ${problem}. Fix: correct its channels under escalation.contacts.`,
    );
  }
}

/**
 * Sends pages through the channels of the configured contacts. Throws {@link ContactError} for a contact that cannot
 * work.
 */
export function openPageSender(
  config: Pick<CortexConfiguration, 'contacts' | 'console'>,
  channels: ReadonlyMap<string, ChannelPlugin>,
  logger: ServiceContext['logger'],
  runtime: Pick<Runtime, 'after'>,
): SendPage {
  const prepared = new Map<string, { plugin: ChannelPlugin; params: unknown }>();
  for (const contact of config.contacts) {
    for (const [position, channel] of contact.channels.entries()) {
      const plugin = channels.get(channel.type);
      if (plugin === undefined) throw new ContactError(contact.name, `no channel "${channel.type}"`);
      const params = plugin.params.safeParse(channel.params);
      if (!params.success) throw new ContactError(contact.name, `channel ${channel.type}: ${params.error.message}`);
      prepared.set(`${contact.name}/${position}`, { plugin, params: params.data });
    }
  }
  const linkOf = (incidentId: string): { link?: string } =>
    config.console.port === 0
      ? {}
      : { link: `http://${config.console.host}:${config.console.port}/?incident=${encodeURIComponent(incidentId)}` };

  return async (order, at) => {
    const { notification } = order;
    const channel = prepared.get(`${notification.contact}/${notification.position}`);
    if (channel === undefined || channel.plugin.name !== notification.channel) {
      return { delivered: false, detail: `${notification.contact} has no such channel any more` };
    }
    const page = { ...pageOf(order, at), ...linkOf(order.request.incidentId) };
    return withDeadline(
      sendTimeoutMs,
      undefined,
      (signal) => attempt(channel.plugin, channel.params, page, { logger, signal }),
      runtime,
    );
  };
}

async function attempt(
  plugin: ChannelPlugin,
  params: unknown,
  page: Page,
  { logger, signal }: { readonly logger: ServiceContext['logger']; readonly signal: AbortSignal },
): Promise<SendOutcome> {
  const redactor = createRedactor();
  const sending = plugin.send(params, page, {
    signal,
    log: (message, data) => logger.info({ ...redactor.value(data), channel: plugin.name }, redactor.text(message)),
    secret: async (reference) => {
      const secret = await resolveSecret(reference);
      redactor.hide(secret);
      return secret;
    },
  });
  try {
    const { delivered, detail, retryable, retryAfterMs } = await Promise.race([sending, rejectOn(signal)]);
    return {
      delivered,
      detail: redactor.text(detail),
      ...(retryable === undefined ? {} : { retryable }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
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

function pageOf({ notification, request }: PageOrder, at: string): Page {
  return {
    escalationId: notification.escalationId,
    incidentId: request.incidentId,
    dedupeKey: notification.key,
    level: notification.level,
    contact: notification.contact,
    service: request.service,
    severity: request.severity,
    title: request.title,
    reason: request.reason,
    details: request.details,
    urgent: request.urgent,
    at,
  };
}
