import type { Runtime } from '@cortex/runtime';
import { createInbox } from '@nats-io/transport-node';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { toDelivery } from '../delivery.ts';
import type { Pull, PullOptions } from '../jetstream.ts';
import type { Link } from '../link.ts';

/** Bytes that one request may bring at once; twice the largest message where the server allows larger ones. */
const bytesPerRequest = 16 * 1024 * 1024;
const expiresMs = 20_000;
const heartbeatMs = 4_000;

/** What a pull needs of its connection. */
export interface PullLink extends Pick<Link, 'isConnected' | 'onChange'> {
  readonly connection: NatsConnection;
  readonly runtime: Pick<Runtime, 'monotonicMs' | 'every'>;
  readonly inboxPrefix: string;
}

/**
 * Takes messages from a pull consumer, never more than there is credit for and never more bytes than fit. The client's
 * own `consume` and `fetch` bound messages or bytes but not both, and read ahead of the handlers, where no heartbeat
 * protects waiting messages.
 */
export function startPull(link: PullLink, options: PullOptions): Pull {
  const { connection, runtime } = link;
  const inbox = createInbox(link.inboxPrefix);
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${options.stream}.${options.consumer}`;
  let serial = 0;
  let missing = 0;
  let heardMs = runtime.monotonicMs();
  let stopped = false;

  function wake(): void {
    if (stopped || missing > 0 || !link.isConnected()) return;
    const batch = options.credit();
    if (batch < 1) return;
    serial += 1;
    missing = batch;
    heardMs = runtime.monotonicMs();
    const body = {
      batch,
      max_bytes: Math.max(bytesPerRequest, 2 * (connection.info?.max_payload ?? 0)),
      expires: expiresMs * 1e6,
      idle_heartbeat: heartbeatMs * 1e6,
    };
    connection.publish(subject, JSON.stringify(body), { reply: `${inbox}.${serial}` });
  }

  function ended(): void {
    missing = 0;
    wake();
  }

  function stop(): void {
    if (stopped) return;
    stopped = true;
    watchdog.cancel();
    forget();
    if (!connection.isClosed()) subscription.unsubscribe();
  }

  function end(reason: string): void {
    stop();
    options.onEnd(reason);
  }

  function receive(message: Msg): void {
    if (stopped) return;
    heardMs = runtime.monotonicMs();
    if (!message.subject.startsWith(`${inbox}.`)) {
      missing = Math.max(0, missing - 1);
      options.onMessage(toDelivery(message));
      if (missing === 0) wake();
      return;
    }
    const code = message.headers?.code ?? 0;
    if (code === 100) return;
    if (message.subject !== `${inbox}.${serial}`) return;
    const description = message.headers?.description ?? '';
    if (code === 503 || /consumer deleted|consumer is push/i.test(description)) {
      end(description || 'the consumer does not answer');
    } else {
      ended();
    }
  }

  const subscription = connection.subscribe(`${inbox}.*`, {
    callback: (error, message) => {
      if (error) end(error.message);
      else receive(message);
    },
  });
  // A request is lost with its connection, or when the server forgets it.
  const forget = link.onChange((connected) => {
    if (connected) end('reconnected');
  });
  const watchdog = runtime.every(heartbeatMs, () => {
    if (link.isConnected() && missing > 0 && runtime.monotonicMs() - heardMs > heartbeatMs * 3) ended();
  });
  wake();
  return { wake, stop };
}
