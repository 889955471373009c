import { CortexError } from '@cortex/errors';

/** One message of a NATS server: https://docs.nats.io/reference/reference-protocols/nats-protocol */
export interface NatsFrame {
  readonly verb: 'INFO' | 'PING' | 'PONG' | 'MSG' | '-ERR' | '+OK';
  /** The number of the subscription that a message belongs to. */
  readonly subscription?: string;
  readonly replyTo?: string;
  /** Of a message without content: 503 when the subject has no subscriber. */
  readonly status?: number;
  readonly body: string;
}

const maxLineBytes = 65_536;
const maxMessageBytes = 1_048_576;

/** Cuts a stream of bytes into frames. Throws on bytes that are no NATS, and on too large ones. */
export function readNatsFrames(take: (frame: NatsFrame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const lineEnd = rest.indexOf('\r\n');
      if (lineEnd < 0) {
        if (rest.length > maxLineBytes)
          throw new CortexError('CORTEX_CHECK_NOT_MADE', 'what answers is no NATS server');
        return;
      }
      const line = rest.toString('utf8', 0, lineEnd);
      const start = lineEnd + 2;
      const header = messageHeader(line);
      if (header === undefined) {
        rest = rest.subarray(start);
        take(controlFrame(line));
        continue;
      }
      const { headerBytes, totalBytes, subscription, replyTo } = header;
      if (rest.length < start + totalBytes + 2) return;
      const status = /^NATS\/1\.0 (\d{3})/.exec(rest.toString('utf8', start, start + headerBytes))?.[1];
      const body = rest.toString('utf8', start + headerBytes, start + totalBytes);
      rest = rest.subarray(start + totalBytes + 2);
      take({
        verb: 'MSG',
        subscription,
        body,
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(status === undefined ? {} : { status: Number(status) }),
      });
    }
  };
}

interface MessageHeader {
  readonly subscription: string;
  readonly replyTo: string | undefined;
  readonly headerBytes: number;
  readonly totalBytes: number;
}

/** `MSG subject id [reply] bytes` or `HMSG subject id [reply] header-bytes bytes`. */
function messageHeader(line: string): MessageHeader | undefined {
  const [verb, , subscription = '', ...more] = line.split(' ');
  if (verb !== 'MSG' && verb !== 'HMSG') return undefined;
  const totalBytes = Number(more.pop());
  const headerBytes = verb === 'HMSG' ? Number(more.pop()) : 0;
  const isSound = Number.isSafeInteger(totalBytes) && headerBytes >= 0 && headerBytes <= totalBytes;
  if (!isSound) throw new CortexError('CORTEX_CHECK_NOT_MADE', 'what answers is no NATS server');
  if (totalBytes > maxMessageBytes)
    throw new CortexError('CORTEX_CHECK_NOT_MADE', `the server sent a message of ${totalBytes} bytes`);
  return { subscription, replyTo: more[0], headerBytes, totalBytes };
}

function controlFrame(line: string): NatsFrame {
  const match = /^(INFO|PING|PONG|-ERR|\+OK)(?:\s+(.*?))?\s*$/i.exec(line);
  if (match?.[1] === undefined) throw new CortexError('CORTEX_CHECK_NOT_MADE', 'what answers is no NATS server');
  return { verb: match[1].toUpperCase() as NatsFrame['verb'], body: match[2] ?? '' };
}
