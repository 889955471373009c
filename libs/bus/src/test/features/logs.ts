import { expect } from 'vitest';
import type { RawMessage } from '../../raw-ports.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

const subject = 'cortex.audit.record';
const bytes = (...texts: string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));

export function logFeatures(start: StartSite): void {
  onStage('logs', start, (stage) => {
    const { test, open } = stage;

    test('appends in order behind the end, and nothing behind anything else', async () => {
      const bus = await open('test');
      const log = bus.appendLog('AUDIT', subject);
      expect(await log.end()).toEqual({ sequence: 0 });
      expect(await log.append(bytes('a', 'b', 'c'), 0)).toBe(3);
      expect(await log.append(bytes('x', 'y'), 1)).toBe(0);
      const end = await log.end();
      expect([end.sequence, Buffer.from(end.data ?? []).toString()]).toEqual([3, 'c']);
    });

    test('lets one of two writers win, whole, however their messages meet', async () => {
      const bus = await open('test');
      const other = await open('other');
      const writers = [bus, other].map((each) => each.appendLog('AUDIT', subject));
      for (let round = 0; round < 50; round += 1) {
        const { sequence } = await bus.appendLog('AUDIT', subject).end();
        const appended = await Promise.all(
          writers.map((writer, index) => writer.append(bytes(`${index}-1`, `${index}-2`), sequence)),
        );
        expect({ round, appended: appended.toSorted() }).toEqual({ round, appended: [0, 2] });
        expect((await bus.appendLog('AUDIT', subject).end()).sequence).toBe(sequence + 2);
      }
    });

    test('reads raw bytes from a sequence on, also those that no consumer would take', async () => {
      const bus = await open('test');
      const log = bus.appendLog('SIGNALS', 'cortex.health.checked.shop');
      await log.append([Buffer.from('one'), Uint8Array.of(0, 255)], 0);
      const read: RawMessage[] = [];
      await new Promise<void>((resolve, reject) => {
        bus
          .readRaw({
            stream: 'SIGNALS',
            fromSequence: 2,
            handle: (message) => void read.push(message),
            onCaughtUp: resolve,
          })
          .catch(reject);
      });
      expect(read.map((message) => [message.sequence, message.subject, [...message.data]])).toEqual([
        [2, 'cortex.health.checked.shop', [0, 255]],
      ]);
      expect(Math.abs((read[0]?.at.getTime() ?? 0) - stage.site.nowMs())).toBeLessThan(60_000);
      expect(read[0]?.header('Cortex-Reason')).toBeUndefined();
    });

    test('starts again at the first message when the stream is shorter than the reader remembers', async () => {
      const bus = await open('test');
      const sequences: number[] = [];
      await new Promise<void>((resolve, reject) => {
        bus
          .readRaw({
            stream: 'SIGNALS',
            fromSequence: 900,
            handle: ({ sequence }) => void sequences.push(sequence),
            onCaughtUp: resolve,
          })
          .catch(reject);
      });
      expect(sequences).toEqual([1, 2]);
    });
  });
}
