import { once } from 'node:events';
import type { Socket } from 'node:net';
import { openSocket, OutboundRefusedError, secureSocket } from '@cortex/outbound';
import { causeOf } from '../../cause-of.ts';
import { readNatsFrames } from './nats-frames.ts';
import type { NatsFrame } from './nats-frames.ts';
import type { QueueAddress } from './queue-address.ts';
import { QueueProblem } from './queue-trial.ts';

export interface NatsReply {
  readonly body: string;
  /** The reply subject. */
  readonly replyTo: string | undefined;
}

/** One short connection to a NATS server for requests. Ends with the signal, never reconnects. */
export interface NatsWire {
  /** `nats-server 2.10.1` */
  readonly server: string;
  /** Publishes with a reply subject of its own. Throws {@link QueueProblem} when the subject has no subscriber. */
  request(subject: string, body: string): Promise<NatsReply>;
  close(): void;
}

/**
 * Implements the client protocol itself: https://docs.nats.io/reference/reference-protocols/nats-protocol. The client
 * of the bus keeps connections and reconnects forever; a check must finish within its timeout and leave nothing behind.
 */
export async function openNatsWire(address: QueueAddress, signal: AbortSignal): Promise<NatsWire> {
  signal.throwIfAborted();
  const plain = openSocket(address.host, address.port ?? 4222, address.outbound, signal);
  const wire = new Wire(plain);
  try {
    await wire.begin(address);
    return wire;
  } catch (error) {
    wire.close();
    throw error;
  }
}

interface Waiting {
  readonly resolve: (frame: NatsFrame) => void;
  readonly reject: (error: Error) => void;
}

class Wire implements NatsWire {
  server = 'nats-server';
  #socket: Socket;
  #lastId = 0;
  #failure: Error | undefined;
  /** Pending waits: for `INFO`, `PONG`, or the number of a subscription. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  async begin(address: QueueAddress): Promise<void> {
    const greeting = readGreeting(await this.#next('INFO'));
    this.server = `nats-server ${greeting.version}`;
    if (address.isTls || greeting.tls_required) await this.#secure(address);
    const { user, password } = address;
    const credentials = password === undefined ? { auth_token: user } : { user, pass: password };
    const hello = { verbose: false, pedantic: false, headers: true, no_responders: true, protocol: 1 };
    const names = { name: 'cortex health check', lang: 'node', version: '1' };
    const answer = this.#next('PONG');
    this.#send(`CONNECT ${JSON.stringify({ ...hello, ...names, ...credentials })}\r\nPING\r\n`);
    await answer;
  }

  async request(subject: string, body: string): Promise<NatsReply> {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const inbox = `_INBOX.cortex.${crypto.randomUUID()}`;
    const answer = this.#next(id);
    const length = Buffer.byteLength(body);
    this.#send(`SUB ${inbox} ${id}\r\nUNSUB ${id} 1\r\nPUB ${subject} ${inbox} ${length}\r\n${body}\r\n`);
    const frame = await answer;
    if (frame.status === 503) throw new QueueProblem('JetStream is not enabled: nobody answers its requests');
    if (frame.status !== undefined) throw new QueueProblem(`the server answered with status ${frame.status}`);
    return { body: frame.body, replyTo: frame.replyTo };
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const socket = this.#socket;
    const read = readNatsFrames((frame) => this.#take(frame));
    socket.on('data', (chunk: Buffer) => {
      try {
        read(chunk);
      } catch (error) {
        socket.destroy(new QueueProblem(causeOf(error)));
      }
    });
    socket.on('error', (error) => {
      this.#fail(error instanceof OutboundRefusedError ? error : new QueueProblem(causeOf(error)));
    });
    socket.on('close', () => this.#fail(new QueueProblem('the server closed the connection')));
  }

  #take(frame: NatsFrame): void {
    if (frame.verb === 'PING') this.#send('PONG\r\n');
    if (frame.verb === '-ERR') this.#fail(new QueueProblem(`the server says ${frame.body}`));
    const key = frame.subscription ?? frame.verb;
    this.#waiting.get(key)?.resolve(frame);
    this.#waiting.delete(key);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #next(key: string): Promise<NatsFrame> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#waiting.set(key, { resolve, reject }));
  }

  #send(text: string): void {
    if (this.#socket.writable) this.#socket.write(text);
  }

  async #secure({ host, ca }: QueueAddress): Promise<void> {
    this.#socket.removeAllListeners('data');
    const secure = secureSocket(this.#socket, host, ca === undefined ? {} : { ca });
    try {
      await once(secure, 'secureConnect');
    } catch (error) {
      throw new QueueProblem(causeOf(error));
    }
    this.#socket = secure;
    this.#listen();
  }
}

function readGreeting({ body }: NatsFrame): { readonly version: string; readonly tls_required: boolean } {
  const facts: unknown = parseJson(body);
  const { version, tls_required: isTlsRequired }: { version?: unknown; tls_required?: unknown } = facts ?? {};
  return { version: String(version ?? '').slice(0, 40), tls_required: isTlsRequired === true };
}

function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    throw new QueueProblem('what answers is no NATS server');
  }
}
