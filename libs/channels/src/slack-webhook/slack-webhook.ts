import { z } from 'zod';
import { defineChannel } from '../define-channel.ts';
import type { Page } from '../define-channel.ts';
import { headlineOf } from '../headline.ts';
import { postPage, SecretReference, TimeoutMs } from '../post-page.ts';

const params = z.strictObject({
  /**
   * A reference to the address of the incoming webhook. The address itself authorises writing, so it is never written
   * out.
   */
  url: SecretReference,
  timeout_ms: TimeoutMs,
});

/** The longest texts that Slack takes in a header and in a section. */
const maxHeader = 150;
const maxSection = 3_000;

/** Spec 5.1. Posts the page to a Slack channel through an incoming webhook, which names the channel itself. */
export const slackWebhook = defineChannel({
  name: 'slack_webhook',
  summary: 'Writes the page into a Slack channel through an incoming webhook',
  params,
  send({ url, timeout_ms }, page, context) {
    return postPage({ url, body: JSON.stringify(slackMessage(page)), headers: {}, timeoutMs: timeout_ms }, context);
  },
});

interface SlackMessage {
  /** Shown where blocks are not: in notifications. */
  readonly text: string;
  readonly blocks: readonly object[];
}

/** The page as Slack blocks: title, severity, reason, details, link. */
export function slackMessage(page: Page): SlackMessage {
  const title = headlineOf(page);
  const facts = [
    `*Severity*\n${page.severity}`,
    `*Service*\n${escape(page.service)}`,
    `*For*\n${escape(page.contact)}, level ${page.level}`,
    `*Since*\n${page.situation?.since ?? page.at}`,
  ];
  const blocks: object[] = [
    { type: 'header', text: { type: 'plain_text', text: clip(title, maxHeader), emoji: true } },
    { type: 'section', fields: facts.map((text) => ({ type: 'mrkdwn', text: clip(text, 2_000) })) },
    section(`*Reason*\n${escape(page.reason)}`),
  ];
  if (page.details.trim() !== '') blocks.push(section(escape(page.details)));
  // An address in a section is a link; a button would send Slack's own requests to us.
  if (page.link !== undefined) blocks.push(section(`<${linkTarget(page.link)}|Open the incident>`));
  blocks.push({
    type: 'context',
    elements: [{ type: 'plain_text', text: clip(`Cortex · incident ${page.incidentId}`, maxSection) }],
  });
  return { text: clip(escape(title), maxSection), blocks };
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text: clip(text, maxSection) } };
}

/** Text of a service must not call people (`<!channel>`) or make links. */
function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function linkTarget(url: string): string {
  return url.replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('|', '%7C');
}

/** Cuts between characters, and never inside an escape. */
function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text
    .slice(0, length - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .replace(/&[a-z]{0,3}$/, '')}…`;
}
