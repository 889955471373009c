import { secretReferencesIn } from '@cortex/config';
import { resolveSecret, unreadableSecrets } from '@cortex/secrets';
import { connect } from 'node:net';
import { fail, ok, warn, type Finding, type Subject } from '../finding.ts';
import { missingSecret } from '../missing-secret.ts';

const connectMs = 3_000;

/** Whether every channel of every contact has its secrets, and its receiver can be reached. Sends nothing. */
export async function examineChannels({ configuration, context, stack }: Subject): Promise<readonly Finding[]> {
  if (configuration === undefined) return [];
  const channels = configuration.contacts.flatMap(({ name, channels: own }) =>
    own.map((channel) => ({ name: `${name}, ${channel.type}`, channel })),
  );
  const beyond = channels.filter(({ channel }) => channel.type !== 'log');
  if (beyond.length === 0) {
    return [
      warn(
        'channels',
        'nobody is told of anything but in the log',
        'add a contact with a channel: docs/configuration.md',
      ),
    ];
  }
  const findings = await Promise.all(
    beyond.map(async ({ name, channel }): Promise<readonly Finding[]> => {
      const references = secretReferencesIn(channel);
      const missing = await unreadableSecrets(references);
      const isMissing = new Set(missing.map(({ reference }) => reference));
      const readable = references.filter((reference) => !isMissing.has(reference));
      const texts = [...textsIn(channel), ...(await Promise.all(readable.map(resolveSecret)))];
      return [
        ...(await Promise.all(missing.map((secret) => missingSecret(`channels`, name, secret, { stack, context })))),
        ...(await Promise.all(texts.map((text) => addressFinding(name, text)))).flat(),
      ];
    }),
  );
  const bad = findings.flat();
  if (bad.length > 0) return bad;
  return [ok('channels', beyond.map(({ name }) => name.replace(', ', ' by ')).join(', '))];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** The host is named, never the path: that may be a secret itself. */
async function addressFinding(channel: string, text: string): Promise<readonly Finding[]> {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return [];
  const { hostname, port, protocol } = new URL(text);
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  const reason = await refusal(hostname, number);
  if (reason === undefined) return [];
  const detail = `${channel}: ${hostname}:${number} does not answer (${reason})`;
  return [fail('channels', detail, 'start the receiver, or correct its address')];
}

function refusal(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.replaceAll(/^\[|\]$/g, ''), port, timeout: connectMs });
    const finish = (reason: string | undefined): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => finish(undefined));
    socket.once('timeout', () => finish(`nothing within ${connectMs / 1_000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  });
}
