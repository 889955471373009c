import { streams } from '@cortex/contracts';
import { AckPolicy, DeliverPolicy, JetStreamApiError } from '@nats-io/jetstream';
import { expect } from 'vitest';
import type { Delivery } from '../../delivery.ts';
import type { PublishOptions, Pull } from '../../jetstream.ts';
import { isConflict } from '../../request.ts';
import type { StartSite } from '../site.ts';
import { onStage } from '../stage.ts';

const stream = streams.SIGNALS.name;
const body = (text: string): Uint8Array => Buffer.from(text);

/** The behaviour of the server itself, without the bus, which depends on exactly this. */
export function serverFeatures(start: StartSite): void {
  onStage('the server', start, (stage) => {
    const { test, eventually, pause } = stage;
    let ids = 0;

    function publish(subject: string, text: string, options: Partial<PublishOptions> = {}) {
      return stage.site.jetstream.publish(subject, body(text), {
        msgID: `raw-${(ids += 1)}`,
        timeout: 5_000,
        ...options,
      });
    }
    async function addConsumer(name: string, ackWaitMs: number): Promise<void> {
      await stage.site.jetstream.addConsumer(stream, {
        durable_name: name,
        filter_subject: `cortex.health.checked.${name}`,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
        ack_wait: ackWaitMs * 1e6,
        max_deliver: -1,
        max_ack_pending: 1_000,
      });
    }
    function pullFrom(consumer: string, most: number, got: Delivery[]): Pull {
      return stage.site.jetstream.pull({
        stream,
        consumer,
        credit: () => most - got.length,
        onMessage: (message) => void got.push(message),
        onEnd: () => {},
      });
    }

    test('a second message of one id is acked like the first and dropped, also after a crash', async () => {
      const first = await publish('cortex.health.checked.ids', 'one', { msgID: 'the same' });
      expect(first.duplicate).toBe(false);
      expect(await publish('cortex.health.checked.ids', 'two', { msgID: 'the same' })).toEqual({
        ...first,
        duplicate: true,
      });
      await stage.site.restart();
      expect(await publish('cortex.health.checked.ids', 'three', { msgID: 'the same' })).toMatchObject({
        seq: first.seq,
        duplicate: true,
      });
      expect(Buffer.from((await stage.site.jetstream.message(stream, first.seq))?.data ?? []).toString()).toBe('one');
    });

    test('a crash makes the server forget the ids of messages that others have replaced', async () => {
      const subject = '$KV.cortex-breakers.replaced';
      await publish(subject, 'one', { msgID: 'replaced' });
      const second = await publish(subject, 'two', { msgID: 'replacing' });
      expect((await publish(subject, 'one', { msgID: 'replaced' })).duplicate).toBe(true);
      await stage.site.restart();
      expect(await publish(subject, 'two', { msgID: 'replacing' })).toMatchObject({ seq: second.seq, duplicate: true });
      expect((await publish(subject, 'one', { msgID: 'replaced' })).duplicate).toBe(false);
    });

    test('a message with a wrong expected sequence is refused', async () => {
      const subject = 'cortex.health.checked.follows';
      const { seq } = await publish(subject, 'one', { msgID: 'first to follow', expect: { lastSubjectSequence: 0 } });
      const wrong = [
        { lastSubjectSequence: 0 },
        { lastSubjectSequence: seq + 1 },
        { lastSequence: seq - 1 },
        { lastSequence: seq + 1 },
        { lastMsgID: 'another' },
      ];
      for (const expected of wrong) {
        const refused = await publish(subject, 'wrong', { expect: expected }).catch((error: unknown) => error);
        expect({ expected, isConflict: isConflict(refused) }).toEqual({ expected, isConflict: true });
      }
      const elsewhere = await publish(subject, 'wrong', { expect: { streamName: 'AUDIT' } }).catch((e: unknown) => e);
      expect(elsewhere).toBeInstanceOf(JetStreamApiError);
      expect((await stage.site.jetstream.stream(stream)).lastSequence).toBe(seq);
      const right = { streamName: stream, lastSequence: seq, lastSubjectSequence: seq, lastMsgID: 'first to follow' };
      expect((await publish(subject, 'two', { expect: right })).seq).toBe(seq + 1);
    });

    test('messages are found by sequence and by subject, and a purge leaves the numbers alone', async () => {
      const { jetstream } = stage.site;
      const bucket = 'KV_cortex-health';
      for (const key of ['found.a', 'found.b', 'found.a']) await publish(`$KV.cortex-health.${key}`, key);
      const { lastSequence } = await jetstream.stream(bucket);
      const last = await jetstream.lastMessage(bucket, '$KV.cortex-health.found.a', 'leader');
      expect(last).toMatchObject({ sequence: lastSequence, subject: '$KV.cortex-health.found.a' });
      expect(await jetstream.lastMessage(bucket, '$KV.cortex-health.found.c', 'replica')).toBeUndefined();
      expect(await jetstream.message(bucket, lastSequence - 2)).toBeUndefined();
      expect(await jetstream.message(bucket, lastSequence - 1)).toMatchObject({ sequence: lastSequence - 1 });
      expect((await jetstream.subjects(bucket, '$KV.cortex-health.found.*')).toSorted()).toEqual([
        '$KV.cortex-health.found.a',
        '$KV.cortex-health.found.b',
      ]);
      await jetstream.purge(bucket, '$KV.cortex-health.found.>');
      expect(await jetstream.subjects(bucket, '$KV.cortex-health.found.*')).toEqual([]);
      expect((await jetstream.stream(bucket)).lastSequence).toBe(lastSequence);
      expect((await publish('$KV.cortex-health.found.a', 'again', { expect: { lastSubjectSequence: 0 } })).seq).toBe(
        lastSequence + 1,
      );
    });

    test('a message too old is gone by subject, sequence and count, its id is forgotten, and nothing takes its number', async () => {
      const { jetstream, leaseTtlMs } = stage.site;
      const { seq } = await publish('$KV.cortex-leases.aged', 'old', { msgID: 'aged' });
      expect((await publish('$KV.cortex-leases.aged', 'old', { msgID: 'aged' })).duplicate).toBe(true);
      await pause(leaseTtlMs + 500);
      expect(await jetstream.lastMessage('KV_cortex-leases', '$KV.cortex-leases.aged', 'leader')).toBeUndefined();
      expect(await jetstream.message('KV_cortex-leases', seq)).toBeUndefined();
      expect(await jetstream.stream('KV_cortex-leases')).toMatchObject({ messages: 0, lastSequence: seq });
      // The server knows an id for as long as the duplicate window, here that of a lease.
      const next = await publish('$KV.cortex-leases.aged', 'new', {
        msgID: 'aged',
        expect: { lastSubjectSequence: 0 },
      });
      expect(next).toMatchObject({ seq: seq + 1, duplicate: false });
    });

    test('a message without an answer comes again after the ack wait; the late ack of its first delivery counts', async () => {
      await addConsumer('stale', 400);
      const [first, second, third]: Delivery[][] = [[], [], []];
      const puller = pullFrom('stale', 1, first ?? []);
      await publish('cortex.health.checked.stale', 'one');
      await eventually(() => expect(first).toHaveLength(1));
      puller.stop();
      const other = pullFrom('stale', 1, second ?? []);
      await pause(250);
      expect(second).toEqual([]);
      await eventually(() => expect(second).toHaveLength(1));
      expect([first?.[0]?.deliveries, second?.[0]?.deliveries]).toEqual([1, 2]);
      other.stop();
      first?.[0]?.ack();
      const last = pullFrom('stale', 1, third ?? []);
      await pause(1_000);
      expect(third).toEqual([]);
      last.stop();
    });

    test('a message that is due again while no client has credit waits for a client that has', async () => {
      await addConsumer('room', 300);
      const got: Delivery[] = [];
      let room = 1;
      const puller = stage.site.jetstream.pull({
        stream,
        consumer: 'room',
        credit: () => room - got.length,
        onMessage: (message) => void got.push(message),
        onEnd: () => {},
      });
      await publish('cortex.health.checked.room', 'one');
      await pause(700);
      expect(got).toHaveLength(1);
      room = 2;
      puller.wake();
      await eventually(() => expect(got).toHaveLength(2));
      expect(got[1]).toMatchObject({ sequence: got[0]?.sequence, deliveries: 2 });
      got[1]?.ack();
      puller.stop();
    });

    test('a message handed back comes at once, or after its delay, and does not keep others back', async () => {
      await addConsumer('nak', 30_000);
      const got: Delivery[] = [];
      const times: number[] = [];
      const puller = stage.site.jetstream.pull({
        stream,
        consumer: 'nak',
        credit: () => 10,
        onMessage: (message) => {
          got.push(message);
          times.push(stage.site.nowMs());
          if (got.length === 1) message.nak();
          else if (got.length === 2) message.nak(600);
          else message.ack();
        },
        onEnd: () => {},
      });
      await publish('cortex.health.checked.nak', 'one');
      await eventually(() => expect(got).toHaveLength(2));
      await publish('cortex.health.checked.nak', 'two');
      await eventually(() => expect(got).toHaveLength(4));
      expect(got.map(({ data, deliveries }) => [Buffer.from(data).toString(), deliveries])).toEqual([
        ['one', 1],
        ['one', 2],
        ['two', 1],
        ['one', 3],
      ]);
      expect((times[1] ?? 0) - (times[0] ?? 0)).toBeLessThan(400);
      expect((times[3] ?? 0) - (times[1] ?? 0)).toBeGreaterThanOrEqual(590);
      puller.stop();
    });

    test('a client that reports work in progress keeps its message', async () => {
      await addConsumer('working', 500);
      const got: Delivery[] = [];
      const puller = pullFrom('working', 5, got);
      await publish('cortex.health.checked.working', 'one');
      await eventually(() => expect(got).toHaveLength(1));
      for (let beat = 0; beat < 6; beat += 1) {
        await pause(150);
        got[0]?.working();
      }
      expect(got).toHaveLength(1);
      await eventually(() => expect(got).toHaveLength(2));
      got[1]?.ack();
      puller.stop();
    });

    test('acks of the last moments before a crash are lost, older ones are not', async () => {
      await addConsumer('acks', 500);
      const got: Delivery[] = [];
      const puller = pullFrom('acks', 20, got);
      for (let index = 0; index < 10; index += 1) await publish('cortex.health.checked.acks', `old ${index}`);
      await eventually(() => expect(got).toHaveLength(10));
      for (const message of got) message.ack();
      await pause(400);
      for (let index = 0; index < 10; index += 1) await publish('cortex.health.checked.acks', `young ${index}`);
      await eventually(() => expect(got).toHaveLength(20));
      for (const message of got.slice(10)) message.ack();
      // An answer to a later request: the acks have arrived.
      await stage.site.jetstream.stream(stream);
      await stage.site.restart();
      puller.stop();
      const again: Delivery[] = [];
      const second = pullFrom('acks', 40, again);
      await eventually(() => expect(new Set(again.map(({ sequence }) => sequence)).size).toBe(10));
      await pause(300);
      // The server has forgotten the deliveries too, so most come as if for the first time.
      expect(again.some(({ deliveries }) => deliveries === 1)).toBe(true);
      const texts = again.map(({ data }) => Buffer.from(data).toString());
      expect([...new Set(texts)].toSorted()).toEqual(Array.from({ length: 10 }, (_, index) => `young ${index}`));
      second.stop();
    });

    test('a message that was handed back with a delay is not lost in a crash', async () => {
      await addConsumer('delayed', 1_000);
      const got: Delivery[] = [];
      const puller = pullFrom('delayed', 1, got);
      await publish('cortex.health.checked.delayed', 'one');
      await eventually(() => expect(got).toHaveLength(1));
      got[0]?.nak(1_500);
      await pause(500);
      await stage.site.restart();
      puller.stop();
      const again: Delivery[] = [];
      const second = pullFrom('delayed', 1, again);
      // At the end of its delay or of its ack wait: the real server forgets the delay at times.
      await eventually(() => expect(again).toHaveLength(1), 6_000);
      expect(again[0]?.deliveries).toBe(2);
      again[0]?.ack();
      second.stop();
    });

    test('a reader in the memory of the server is gone after a crash, a durable consumer is not', async () => {
      const { jetstream } = stage.site;
      await addConsumer('durable', 1_000);
      await jetstream.addConsumer(stream, {
        name: 'fleeting',
        ack_policy: AckPolicy.None,
        mem_storage: true,
        num_replicas: 1,
        inactive_threshold: 60_000 * 1e6,
      });
      await stage.site.restart();
      await expect(jetstream.consumer(stream, 'durable')).resolves.toMatchObject({ pending: 0 });
      await expect(jetstream.consumer(stream, 'fleeting')).rejects.toMatchObject({ code: 10_014, status: 404 });
    });

    test('a missing stream, consumer or message is reported as missing', async () => {
      const { jetstream } = stage.site;
      await expect(jetstream.stream('NOBODY')).rejects.toMatchObject({ code: 10_059, status: 404 });
      await expect(jetstream.addConsumer('NOBODY', { name: 'x' })).rejects.toMatchObject({ code: 10_059 });
      await expect(jetstream.consumer(stream, 'nobody')).rejects.toMatchObject({ code: 10_014, status: 404 });
      await expect(jetstream.deleteConsumer(stream, 'nobody')).rejects.toMatchObject({ code: 10_014 });
    });

    test('a client with an open request is notified when the consumer is deleted', async () => {
      await addConsumer('deleted', 1_000);
      let end = '';
      stage.site.jetstream.pull({
        stream,
        consumer: 'deleted',
        credit: () => 5,
        onMessage: () => {},
        onEnd: (reason) => (end = reason),
      });
      await pause(400);
      await stage.site.jetstream.deleteConsumer(stream, 'deleted');
      await eventually(() => expect(end).toMatch(/consumer deleted/i));
    });

    test('a consumer never has more unacknowledged messages than its limit', async () => {
      const { jetstream } = stage.site;
      await addConsumer('most', 30_000);
      await jetstream.updateConsumer(stream, 'most', {
        ...(await jetstream.consumer(stream, 'most')).config,
        max_ack_pending: 3,
      });
      for (let index = 0; index < 5; index += 1) await publish('cortex.health.checked.most', `${index}`);
      const got: Delivery[] = [];
      const puller = pullFrom('most', 10, got);
      await eventually(() => expect(got).toHaveLength(3));
      await pause(100);
      expect(got).toHaveLength(3);
      got[0]?.ack();
      await eventually(() => expect(got).toHaveLength(4));
      puller.stop();
    });
  });
}
