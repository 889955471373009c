import { setTimeout as pause } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { anomalyEvent } from '../support/anomaly.ts';
import { beganAtMs, sharedNowMs } from '../support/clock.ts';
import { serviceName } from '../support/site.ts';

/** Milliseconds from the publish of an anomaly to the beginning of the first action, by the order of the anomalies. */
export interface LoopMeter {
  /** One at a time: the next anomaly follows once this execution has ended. */
  oneByOne(from: number, count: number): Promise<number[]>;
  /** The next anomaly follows `everyMs` later, whatever has come of this one. */
  spaced(from: number, count: number, everyMs: number): Promise<number[]>;
  stop(): void;
}

const longestMs = 30_000;

export function startLoopMeter(connection: NatsConnection): LoopMeter {
  const client = jetstream(connection, { checkAPI: false });
  const began = new Map<string, number>();
  const ended = new Map<string, number>();
  let wake = (): void => undefined;
  const subscriptions = [
    connection.subscribe('cortex.remediation.step.completed.*', {
      callback: (_error, message) => {
        const { subject, data } = message.json<{ subject: string; data: { result: { detail: string } } }>();
        began.set(lastToken(message.subject) ?? subject, beganAtMs(data.result.detail));
      },
    }),
    connection.subscribe('cortex.remediation.completed.*', {
      callback: (_error, message) => {
        ended.set(lastToken(message.subject), sharedNowMs());
        wake();
      },
    }),
  ];

  async function send(index: number): Promise<number> {
    const event = anomalyEvent(index);
    const sentAtMs = sharedNowMs();
    await client.publish(event.subject, event.bytes, { msgID: event.id });
    return sentAtMs;
  }

  async function untilEnded(from: number, count: number): Promise<void> {
    const deadline = performance.now() + longestMs;
    const isMissing = (): boolean => range(from, count).some((index) => !ended.has(serviceName(index)));
    while (isMissing()) {
      if (performance.now() > deadline) throw new Error(`not all of ${count} executions ended within ${longestMs} ms`);
      await Promise.race([new Promise<void>((resolve) => (wake = resolve)), pause(100)]);
    }
  }

  function latencies(from: number, sentAtMs: readonly number[]): number[] {
    return sentAtMs.map((sent, index) => (began.get(serviceName(from + index)) ?? Number.NaN) - sent);
  }

  return {
    async oneByOne(from, count) {
      const sent: number[] = [];
      for (const index of range(from, count)) {
        sent.push(await send(index));
        await untilEnded(index, 1);
        await pause(5);
      }
      return latencies(from, sent);
    },
    async spaced(from, count, everyMs) {
      const startMs = performance.now();
      const sending: Promise<number>[] = [];
      for (const index of range(from, count)) {
        await pause(Math.max(0, startMs + (index - from) * everyMs - performance.now()));
        sending.push(send(index));
      }
      const sent = await Promise.all(sending);
      await untilEnded(from, count);
      return latencies(from, sent);
    },
    stop: () => subscriptions.forEach((subscription) => subscription.unsubscribe()),
  };
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

function lastToken(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}
