import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNatsFrames } from './nats-frames.ts';
import type { NatsFrame } from './nats-frames.ts';

function framesOf(bytes: Buffer, cuts: readonly number[] = []): readonly NatsFrame[] {
  const frames: NatsFrame[] = [];
  const read = readNatsFrames((frame) => frames.push(frame));
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((left, right) => left - right), bytes.length];
  for (const [index, place] of places.entries()) read(bytes.subarray(places[index - 1] ?? 0, place));
  return frames;
}

const conversation = Buffer.from(
  'INFO {"version":"2.9.10"} \r\nPONG\r\nMSG a.b 1 5\r\nh\r\nö\r\nMSG a 2 reply.to 0\r\n\r\n' +
    'HMSG a 3 16 16\r\nNATS/1.0 503\r\n\r\n\r\n' +
    "-ERR 'Authorization Violation'\r\nPING\r\n",
);

describe('readNatsFrames', () => {
  it('reads the same frames however the bytes are cut', () => {
    const whole = framesOf(conversation);
    expect(whole).toEqual([
      { verb: 'INFO', body: '{"version":"2.9.10"}' },
      { verb: 'PONG', body: '' },
      { verb: 'MSG', subscription: '1', body: 'h\r\nö' },
      { verb: 'MSG', subscription: '2', replyTo: 'reply.to', body: '' },
      { verb: 'MSG', subscription: '3', status: 503, body: '' },
      { verb: '-ERR', body: "'Authorization Violation'" },
      { verb: 'PING', body: '' },
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(1_000), { maxLength: 8 }), (cuts) => {
        expect(framesOf(conversation, cuts)).toEqual(whole);
      }),
    );
  });

  it.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n'],
    ['a line without end', 'x'.repeat(70_000)],
    ['no number of bytes', 'MSG a 1 many\r\n'],
    ['a negative number of bytes', 'MSG a 1 -5\r\n'],
    ['too many bytes', 'MSG a 1 99999999999\r\n'],
    ['a header longer than all of it', 'HMSG a 1 50 5\r\n'],
  ])('refuses %s', (_case, text) => {
    expect(() => framesOf(Buffer.from(text))).toThrow(/no NATS server|message of/);
  });
});
