import type { BusHooks } from '@cortex/bus';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the bus does, as metrics. */
export function createBusMetrics(registry: Registry): BusHooks {
  const registers = [registry];
  const published = new Counter({
    name: 'cortex_events_published_total',
    help: 'Events that the stream has acknowledged',
    labelNames: ['type', 'duplicate'],
    registers,
  });
  const publishSeconds = new Histogram({
    name: 'cortex_event_publish_seconds',
    help: 'Time until the acknowledgement, retries included',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5, 30],
    registers,
  });
  const consumed = new Counter({
    name: 'cortex_events_consumed_total',
    help: 'Deliveries by how their handling ended',
    labelNames: ['type', 'outcome'],
    registers,
  });
  const handlerSeconds = new Histogram({
    name: 'cortex_event_handler_seconds',
    help: 'Time that handlers took',
    labelNames: ['type'],
    buckets: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800],
    registers,
  });
  const deadLetters = new Counter({
    name: 'cortex_dlq_messages_total',
    help: 'Messages sent to the dead letters by this process',
    labelNames: ['type', 'reason'],
    registers,
  });
  const connected = new Gauge({ name: 'cortex_bus_connected', help: '1 while connected to NATS', registers });
  const clockAhead = new Gauge({
    name: 'cortex_clock_ahead_seconds',
    help: 'How far the clock of this machine is ahead of the NATS server’s; negative when it is behind',
    registers,
  });
  const leasesLost = new Counter({
    name: 'cortex_lease_lost_total',
    help: 'Leases lost while they were still needed',
    registers,
  });
  return {
    published(fact) {
      published.inc({ type: fact.type, duplicate: String(fact.duplicate) });
      publishSeconds.observe(fact.durationMs / 1000);
    },
    consumed(fact) {
      consumed.inc({ type: fact.type, outcome: fact.outcome });
      if (fact.durationMs > 0) handlerSeconds.observe({ type: fact.type }, fact.durationMs / 1000);
    },
    deadLettered: (fact) => deadLetters.inc({ type: fact.type, reason: fact.reason }),
    connection: (state) => connected.set(state === 'connected' ? 1 : 0),
    leaseLost: () => leasesLost.inc(),
    clock: ({ skewMs }) => clockAhead.set(skewMs / 1_000),
  };
}
