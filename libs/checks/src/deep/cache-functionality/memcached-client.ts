import { once } from 'node:events';
import type { Socket } from 'node:net';
import { openSocket, OutboundRefusedError } from '@cortex/outbound';
import type { OutboundPolicy } from '@cortex/outbound';
import { causeOf } from '../../cause-of.ts';
import { CacheError } from './cache-client.ts';
import type { CacheClient } from './cache-client.ts';

const maxReplyBytes = 65_536;

/** The text protocol: one command, one reply, in turn. */
export async function connectMemcached(
  { host, port, outbound }: { readonly host: string; readonly port: number; readonly outbound: OutboundPolicy },
  signal: AbortSignal,
): Promise<CacheClient> {
  const socket = openSocket(host, port, outbound, signal);
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw error instanceof OutboundRefusedError ? error : new CacheError(causeOf(error));
  }
  const ask = (command: string, end: RegExp): Promise<string> => exchange(socket, `${command}\r\n`, end);
  const expectReply = async (command: string, expected: RegExp): Promise<string> => {
    const reply = await ask(command, /\r\n$/);
    if (!expected.test(reply)) throw new CacheError(`the cache said ${reply.trim().slice(0, 100)}`);
    return reply;
  };
  return {
    ping: async () => void (await expectReply('version', /^VERSION /)),
    async set(key, value, ttlSeconds) {
      await expectReply(`add ${key} 0 ${ttlSeconds} ${Buffer.byteLength(value)}\r\n${value}`, /^STORED\r\n$/);
    },
    async get(key) {
      const reply = await ask(`get ${key}`, /(^|\r\n)END\r\n$|^\w*ERROR.*\r\n$/);
      if (/^\w*ERROR/.test(reply)) throw new CacheError(`the cache said ${reply.trim().slice(0, 100)}`);
      return /^VALUE [^\r]*\r\n(.*)\r\nEND\r\n$/s.exec(reply)?.[1];
    },
    delete: async (key) => (await expectReply(`delete ${key}`, /^(DELETED|NOT_FOUND)\r\n$/)).startsWith('DELETED'),
    async state() {
      const stats = new Map(
        [...(await ask('stats', /END\r\n$/)).matchAll(/STAT (\w+) (\S+)/g)].map(([, key, value]) => [
          key,
          Number(value),
        ]),
      );
      const stat = (name: string): number => stats.get(name) ?? Number.NaN;
      return { usedBytes: stat('bytes'), limitBytes: stat('limit_maxbytes'), evictions: stat('evictions') };
    },
    close: () => void socket.destroy(),
  };
}

function exchange(socket: Socket, message: string, end: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    const finish = (act: () => void): void => {
      socket.off('data', take).off('close', lose);
      act();
    };
    const lose = (): void => finish(() => reject(new CacheError('the connection broke')));
    const take = (chunk: Buffer): void => {
      reply += chunk.toString('latin1');
      if (end.test(reply)) finish(() => resolve(Buffer.from(reply, 'latin1').toString('utf8')));
      else if (reply.length > maxReplyBytes) {
        // What follows cannot be told apart from the next reply.
        socket.destroy();
        finish(() => reject(new CacheError(`the reply is larger than ${maxReplyBytes} bytes`)));
      }
    };
    socket.on('data', take).on('close', lose);
    if (socket.destroyed) lose();
    else socket.write(message);
  });
}
