import { anomalyCleared, healthChecked, streams, subjectOf, telemetryMetrics } from '@cortex/contracts';
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { cleared } from '../bus-fixture.ts';
import { hostile, hostileMessages } from '../hostile-messages.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

const subject = subjectOf(anomalyCleared.type, 'shop');

interface Letter {
  readonly subject: string;
  readonly reason: string;
  readonly detail: string;
  readonly data: Uint8Array;
  readonly sequence: number;
  readonly originalSubject: string;
}

export function deadLetterFeatures(start: StartSite): void {
  onStage('dead letters', start, (stage) => {
    const { test, open, eventually } = stage;

    async function letterCount(): Promise<number> {
      return (await stage.site.jetstream.stream(streams.DEAD_LETTERS.name)).messages;
    }

    async function letters(from: number): Promise<readonly Letter[]> {
      const { jetstream } = stage.site;
      const { lastSequence } = await jetstream.stream(streams.DEAD_LETTERS.name);
      const found: Letter[] = [];
      for (let sequence = from; sequence <= lastSequence; sequence += 1) {
        const message = await jetstream.message(streams.DEAD_LETTERS.name, sequence);
        if (message === undefined) continue;
        const header = (name: string): string => message.headers?.get(name) ?? '';
        found.push({
          subject: message.subject,
          reason: header('Cortex-Reason'),
          detail: header('Cortex-Detail'),
          data: message.data,
          sequence: Number(header('Cortex-Sequence')),
          originalSubject: header('Cortex-Subject'),
        });
      }
      return found;
    }

    test('each fault goes to the dead letters with its reason and the original bytes, once for all consumers', async () => {
      const bus = await open('test');
      const healthy: string[] = [];
      for (const consumer of ['one', 'two', 'three']) {
        await bus.consume({
          consumer,
          event: anomalyCleared,
          handle: async (event) => {
            healthy.push(`${consumer} ${event.data.anomalyId}`);
            return [];
          },
        });
      }
      const sequences = new Map<number, { reason: string; hash: string }>();
      for (const [reason, make] of Object.entries(hostileMessages)) {
        const data = make();
        const { seq } = await stage.publishRaw(subject, data);
        sequences.set(seq, { reason, hash: createHash('sha256').update(data).digest('hex') });
      }
      await bus.publish(cleared('shop', 'healthy'));
      await eventually(async () => expect(await letterCount()).toBe(sequences.size));
      await eventually(() => expect(healthy.toSorted()).toEqual(['one healthy', 'three healthy', 'two healthy']));
      for (const letter of await letters(1)) {
        const wanted = sequences.get(letter.sequence);
        expect(letter.reason).toBe(wanted?.reason);
        expect(createHash('sha256').update(letter.data).digest('hex')).toBe(wanted?.hash);
        expect(letter.originalSubject).toBe(subject);
        expect(letter.subject).toMatch(/^cortex\.dlq\.(one|two|three)$/);
        expect(letter.detail).not.toBe('');
      }
    });

    test('a handler that keeps failing leaves a dead letter with what it said, and the next event is handled', async () => {
      const bus = await open('test');
      const before = await letterCount();
      const tries: Record<string, number> = {};
      await bus.consume({
        consumer: 'failing',
        event: anomalyCleared,
        service: 'fails',
        maxDeliveries: 3,
        handle: async (event) => {
          const { anomalyId } = event.data;
          tries[anomalyId] = (tries[anomalyId] ?? 0) + 1;
          if (anomalyId === 'poison') throw new Error('cannot\r\nstomach this');
          return [];
        },
      });
      await bus.publish(cleared('fails', 'poison'));
      await bus.publish(cleared('fails', 'healthy'));
      await eventually(async () => expect(await letterCount()).toBe(before + 1));
      const [letter] = await letters(before + 1);
      expect(letter).toMatchObject({
        reason: 'handler_failed',
        subject: 'cortex.dlq.failing',
        detail: 'cannot stomach this',
      });
      expect(tries).toEqual({ poison: 3, healthy: 1 });
    });

    test('an event without a consumer is dead-lettered by a raw reader of the stream, merged with the letters of consumers', async () => {
      const bus = await open('test');
      const before = await letterCount();
      const service = subjectOf(healthChecked.type, 'unread');
      await bus.consume({ consumer: 'four', event: healthChecked, handle: async () => [] });
      const reading = await bus.readRaw({
        stream: 'SIGNALS',
        fromSequence: (await stage.publishRaw(service, hostile({ type: healthChecked.type }))).seq,
        handle: async (message) => void (await bus.deadLetterIfBad(message, 'screener')),
      });
      await stage.publishRaw('cortex.health.nonsense.shop', '{}');
      await bus.publish(cleared('unread', 'a healthy one'));
      await eventually(async () => expect(await letterCount()).toBe(before + 2));
      expect(
        (await letters(before + 1)).map(({ reason, originalSubject }) => [reason, originalSubject]).sort(),
      ).toEqual([
        ['type_subject_mismatch', service],
        ['unknown_type', 'cortex.health.nonsense.shop'],
      ]);
      await reading.stop();
    });

    test('a reader without a durable consumer dead-letters what it cannot read, when it is the one to do so', async () => {
      const bus = await open('test');
      const before = await letterCount();
      const heard: string[] = [];
      const handle = (event: { readonly id: string }): void => void heard.push(event.id);
      const telemetry = subjectOf(telemetryMetrics.type, '7');
      const only = { event: telemetryMetrics, partition: 7, from: 'all', handle } as const;
      const passing = await bus.read(only);
      const screening = await bus.read({ ...only, deadLetterAs: 'reader' });
      await stage.publishRaw(telemetry, hostileMessages.not_json());
      const series = [{ service: 'shop', metric: 'load', timesMs: [1], values: [1] }];
      const { id } = await bus.publish({ type: 'telemetry.metrics', partition: 7, data: { partition: 7, series } });
      await eventually(() => expect(heard).toEqual([id, id]));
      expect(await letterCount()).toBe(before + 1);
      expect((await letters(before + 1))[0]).toMatchObject({ reason: 'not_json', subject: 'cortex.dlq.reader' });
      await Promise.all([passing.stop(), screening.stop()]);
    });
  });
}
