import { incidentLink } from '@cortex/api';
import { sendPage } from '@cortex/channels';
import type { ChannelPlugin, Page } from '@cortex/channels';
import type { CortexConfiguration, Incident } from '@cortex/contracts';
import { CortexError } from '@cortex/errors';
import { describeSituation, situationOf } from '@cortex/escalation';
import type { PageOrder, SendOutcome } from '@cortex/escalation';
import type { Runtime } from '@cortex/runtime';
import type { ServiceContext } from '@cortex/service';

/** `incident`: as it is known now; absent when it could not be read. */
export type SendPage = (order: PageOrder, at: string, incident: Incident | undefined) => Promise<SendOutcome>;

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
  config: Pick<CortexConfiguration, 'contacts' | 'console' | 'playbooks'>,
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
  return async (order, at, incident) => {
    const { notification } = order;
    const channel = prepared.get(`${notification.contact}/${notification.position}`);
    if (channel === undefined || channel.plugin.name !== notification.channel) {
      return { delivered: false, detail: `${notification.contact} has no such channel any more` };
    }
    const page = pageOf(order, at, incident, config);
    const { delivered, detail, retryable, retryAfterMs } = await sendPage(channel.plugin, channel.params, page, {
      runtime,
      log: (message, data) => logger.info({ ...data, channel: channel.plugin.name }, message),
    });
    return {
      delivered,
      detail,
      ...(retryable === undefined ? {} : { retryable }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  };
}

function pageOf(
  { notification, request }: PageOrder,
  at: string,
  incident: Incident | undefined,
  config: Pick<CortexConfiguration, 'console' | 'playbooks'>,
): Page {
  const { kind, escalationId, level, contact, insteadOf } = notification;
  const situation = incident === undefined ? undefined : situationOf(incident, config.playbooks);
  const link = linkTo(request.incidentId, config.console);
  const told = situation === undefined ? '' : describeSituation(situation);
  const instead = insteadOf === undefined ? '' : `For ${insteadOf.contact}, who could not be told: ${insteadOf.detail}`;
  const isOver = kind === 'resolved';
  return {
    kind,
    escalationId,
    incidentId: request.incidentId,
    dedupeKey: notification.key,
    level,
    contact,
    service: request.service,
    severity: request.severity,
    // What is wrong may be something else by now.
    title: request.hasOwnTitle === true ? request.title : (incident?.title ?? request.title),
    reason: isOver ? (incident?.resolution?.reason ?? 'the incident is over') : request.reason,
    details: [instead, isOver ? '' : request.details, told].filter((part) => part !== '').join('\n'),
    ...(situation === undefined ? {} : { situation }),
    ...(insteadOf === undefined ? {} : { insteadOf }),
    urgent: request.urgent && !isOver,
    at,
    ...(link === undefined ? {} : { link }),
  };
}

/** Where the reader reaches the console, as configured; else where it listens, which only this machine may reach. */
function linkTo(incidentId: string, { host, port, publicUrl }: CortexConfiguration['console']): string | undefined {
  if (publicUrl !== undefined) return incidentLink(publicUrl, incidentId);
  return port === 0 ? undefined : incidentLink(`http://${host}:${port}`, incidentId);
}
