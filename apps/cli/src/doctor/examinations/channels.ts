import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fail, ok, warn, type Finding, type Subject } from '../finding.ts';

const connectMs = 3_000;

/** Whether every channel of every contact has its secrets, and its receiver can be reached. Sends nothing. */
export async function examineChannels({ configuration, context }: Subject): Promise<readonly Finding[]> {
  if (configuration === undefined) return [];
  const channels = configuration.contacts.flatMap(({ name, channels: own }) =>
    own.map((channel) => ({ contact: name, type: channel.type, texts: textsIn(channel) })),
  );
  const beyond = channels.filter(({ type }) => type !== 'log');
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
    beyond.map(async ({ contact, type, texts }): Promise<readonly Finding[]> => {
      const problems = await Promise.all(texts.map((text) => problemOf(text, context.environment)));
      return problems.flatMap((problem) =>
        problem === undefined ? [] : [fail('channels', `${contact}, ${type}: ${problem.detail}`, problem.fix)],
      );
    }),
  );
  const bad = findings.flat();
  return bad.length > 0 ? bad : [ok('channels', beyond.map(({ contact, type }) => `${contact} by ${type}`).join(', '))];
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

interface Problem {
  readonly detail: string;
  readonly fix: string;
}

async function problemOf(text: string, environment: Subject['context']['environment']): Promise<Problem | undefined> {
  const variable = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(text)?.[1];
  if (variable !== undefined) {
    const value = environment[variable];
    return value
      ? addressProblem(value)
      : {
          detail: `${variable} is not set`,
          fix: `set ${variable} where Cortex is started (this shell does not have it)`,
        };
  }
  const file = /^file:(.+)$/.exec(text)?.[1];
  if (file === undefined) return addressProblem(text);
  try {
    return readFileSync(file, 'utf8').trim() === ''
      ? { detail: `${file} is empty`, fix: 'write the secret into it' }
      : undefined;
  } catch {
    return { detail: `${file} cannot be read`, fix: 'create it, readable for the user that runs Cortex' };
  }
}

/** The host is named, never the path: that may be a secret itself. */
async function addressProblem(text: string): Promise<Problem | undefined> {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const { hostname, port, protocol } = new URL(text);
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  const reason = await refusal(hostname, number);
  return reason === undefined
    ? undefined
    : {
        detail: `${hostname}:${number} does not answer (${reason})`,
        fix: 'start the receiver, or correct its address',
      };
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
