import type { Runtime } from '@cortex/runtime';
import { errors } from '@nats-io/transport-node';
import type { JetStream, Pull, PullOptions } from '../jetstream.ts';
import type { Asker } from './memory-consumer.ts';
import type { MemoryNetwork } from './memory-network.ts';
import type { MemoryServer } from './memory-server.ts';

const requestTimeoutMs = 5_000;

/** JetStream as one process reaches the server in memory: each request and answer crosses the network, or is lost. */
export function memoryJetStream(
  server: MemoryServer,
  network: MemoryNetwork,
  runtime: Pick<Runtime, 'after'>,
): JetStream {
  function ask<Result>(operation: () => Result, timeoutMs = requestTimeoutMs): Promise<Result> {
    return new Promise((resolve, reject) => {
      const timer = runtime.after(timeoutMs, () => reject(new errors.TimeoutError()));
      const settle = (act: () => void): void =>
        network.toClient(() => {
          timer.cancel();
          act();
        });
      network.toServer(() => {
        if (!server.isServing()) return;
        try {
          const result = operation();
          settle(() => resolve(result));
        } catch (error) {
          settle(() => reject(error));
        }
      });
    });
  }
  return {
    publish: (subject, data, { timeout, ...options }) => ask(() => server.publish(subject, data, options), timeout),
    stream: (name) => ask(() => server.stream(name)),
    subjects: (stream, filter) => ask(() => server.subjects(stream, filter)),
    lastMessage: (stream, subject) => ask(() => server.last(stream, subject)),
    message: (stream, sequence) => ask(() => server.message(stream, sequence)),
    purge: (stream, filter, upTo) => ask(() => server.purge(stream, filter, upTo)),
    consumer: (stream, name) => ask(() => server.facts(stream, name)),
    addConsumer: (stream, config) => ask(() => server.addConsumer(stream, config)),
    updateConsumer: (stream, name, config) => ask(() => server.updateConsumer(stream, name, config)),
    deleteConsumer: (stream, name) => ask(() => server.deleteConsumer(stream, name)),
    pull: (options) => startMemoryPull(server, network, options),
  };
}

/** A request for messages stays open at the server until it is used up, or the connection breaks. */
function startMemoryPull(server: MemoryServer, network: MemoryNetwork, options: PullOptions): Pull {
  const { stream, consumer: name, credit, onMessage, onEnd } = options;
  let missing = 0;
  let isStopped = false;
  const asker: Asker = {
    room: 0,
    send: (delivery) =>
      network.toClient(() => {
        if (isStopped) return;
        missing -= 1;
        onMessage(delivery);
        if (missing === 0) wake();
      }),
    answer: (arrive) => network.toServer(arrive),
    end: (reason) => network.toClient(() => end(reason)),
  };
  function wake(): void {
    if (isStopped || missing > 0 || !network.isConnected()) return;
    const batch = credit();
    if (batch < 1) return;
    missing = batch;
    network.toServer(() => {
      asker.room = batch;
      try {
        server.consumer(stream, name).ask(asker);
      } catch {
        network.toClient(() => end('the consumer does not answer'));
      }
    });
  }
  function stop(): void {
    if (isStopped) return;
    isStopped = true;
    forget();
    network.toServer(leave);
  }
  function leave(): void {
    try {
      server.consumer(stream, name).forget(asker);
    } catch {
      // The consumer is gone, and its requests with it.
    }
  }
  function end(reason: string): void {
    if (isStopped) return;
    stop();
    onEnd(reason);
  }
  const forget = network.onChange((connected) => {
    if (connected) end('reconnected');
    else leave();
  });
  wake();
  return { wake, stop };
}
