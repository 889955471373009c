import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { decode, encode, RECURSION_AVAILABLE, streamDecode, streamEncode } from 'dns-packet';
import type { Answer, Packet, Question } from 'dns-packet';

const responseCodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

export interface DnsReply {
  readonly code?: keyof typeof responseCodes;
  readonly answers?: readonly Answer[];
  /** Over UDP: marks the answer as truncated, so that the client asks again over TCP. */
  readonly isCut?: boolean;
  /** Answers another question than was asked. */
  readonly question?: Question;
}

/** A real name server, UDP and TCP, with answers of the test. */
export interface TestDns {
  readonly port: number;
  /** Sets its answers from now on; `undefined` is silence. At first: NXDOMAIN. */
  answer: (question: Question, transport: 'udp' | 'tcp') => DnsReply | undefined;
  readonly questions: readonly (Question & { readonly transport: 'udp' | 'tcp' })[];
  stop(): Promise<void>;
}

export async function startDns(fixedPort = 0, host = '127.0.0.1'): Promise<TestDns> {
  const questions: (Question & { readonly transport: 'udp' | 'tcp' })[] = [];
  const sockets = new Set<Socket>();
  const reply = (query: Packet, transport: 'udp' | 'tcp'): Packet | undefined => {
    const question = query.questions?.[0];
    if (question === undefined) return undefined;
    questions.push({ ...question, transport });
    const answer = dns.answer(question, transport);
    if (answer === undefined) return undefined;
    const cut = answer.isCut === true && transport === 'udp' ? 0x0200 : 0;
    return {
      type: 'response',
      id: query.id ?? 0,
      flags: RECURSION_AVAILABLE | cut | responseCodes[answer.code ?? 'NOERROR'],
      questions: [answer.question ?? question],
      answers: cut === 0 ? [...(answer.answers ?? [])] : [],
    };
  };

  const tcp = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    let waiting = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      if (waiting.length < 2 || waiting.length < 2 + waiting.readUInt16BE()) return;
      const packet = reply(streamDecode(waiting), 'tcp');
      waiting = Buffer.alloc(0);
      if (packet !== undefined) socket.end(streamEncode(packet));
    });
  });
  await new Promise<void>((resolve) => tcp.listen(fixedPort, host, resolve));
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4');
  udp.on('message', (message, sender) => {
    const packet = reply(decode(message), 'udp');
    if (packet !== undefined) udp.send(encode(packet), sender.port, sender.address);
  });
  await new Promise<void>((resolve) => udp.bind(port, host, resolve));

  const dns: TestDns = {
    port,
    questions,
    answer: () => ({ code: 'NXDOMAIN' }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => tcp.close(() => resolve())),
        new Promise<void>((resolve) => udp.close(resolve)),
      ]);
    },
  };
  return dns;
}
