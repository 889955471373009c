import { anomalyDetected, draft } from '@cortex/contracts';
import { connectBus } from '@cortex/bus';
import { startProvisionedNats } from '@cortex/testing';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { count, ratio, round, type Table } from '../report.ts';
import { anomalyEvent } from '../support/anomaly.ts';

const events = 5_000;
const inFlight = 64;
const rounds = 3;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Events per second through one connection, published, consumed and acked, beside the bare client doing the same. */
export async function benchBus(): Promise<Table> {
  const nats = await startProvisionedNats();
  try {
    const cortex: Rate[] = [];
    const bare: Rate[] = [];
    for (let turn = 0; turn < rounds; turn += 1) {
      bare.push(await rateOfBareClient(nats.url, turn));
      cortex.push(await rateOfBus(nats.url, turn));
    }
    const [ours, theirs] = [best(cortex), best(bare)];
    return {
      title: `The bus: ${count(events)} anomaly.detected published (${inFlight} at a time), consumed and acked by one process`,
      columns: ['', 'bus', 'bare client', 'ratio'],
      rows: [
        ['events/s', count(ours.perSecond), count(theirs.perSecond), ratio(theirs.perSecond, ours.perSecond)],
        ['CPU per event, µs', round(ours.cpuMicros), round(theirs.cpuMicros), ratio(ours.cpuMicros, theirs.cpuMicros)],
      ],
      notes: [
        `The best of ${rounds} rounds each, in turns. The bus checks each event against its contract on both ways.`,
      ],
    };
  } finally {
    await nats.stop();
  }
}

interface Rate {
  readonly perSecond: number;
  /** Of this process alone, both ways. */
  readonly cpuMicros: number;
}

function best(rates: readonly Rate[]): Rate {
  return {
    perSecond: Math.max(...rates.map((rate) => rate.perSecond)),
    cpuMicros: Math.min(...rates.map((rate) => rate.cpuMicros)),
  };
}

async function rateOfBus(url: string, turn: number): Promise<Rate> {
  const bus = await connectBus({ servers: url, source: '/cortex/detector', name: 'bench', logger: silent });
  const service = `bus-${turn}`;
  const consumed = counter();
  await bus.consume({
    consumer: 'bench',
    event: anomalyDetected,
    service,
    key: (event) => event.id,
    concurrency: inFlight,
    handle: async () => {
      consumed.add();
      return [];
    },
  });
  const { data } = JSON.parse(Buffer.from(anomalyEvent(0).bytes).toString('utf8'));
  const rate = await measure(consumed.done, () => bus.publish(draft(anomalyDetected, { service, data })));
  await bus.drain();
  return rate;
}

async function rateOfBareClient(url: string, turn: number): Promise<Rate> {
  const connection = await connect({ servers: url, noAsyncTraces: true });
  const client = jetstream(connection, { checkAPI: false });
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const name = `bare-${turn}`;
  const subject = `cortex.anomaly.detected.${name}`;
  await manager.consumers.add('SIGNALS', {
    durable_name: name,
    filter_subject: subject,
    ack_policy: AckPolicy.Explicit,
  });
  const consumed = counter();
  const consumer = await client.consumers.get('SIGNALS', name);
  await consumer.consume({
    max_messages: 4 * inFlight,
    callback: (message) => {
      consumed.add();
      message.ack();
    },
  });
  const { bytes } = anomalyEvent(0);
  let serial = 0;
  const rate = await measure(consumed.done, () => {
    serial += 1;
    return client.publish(subject, bytes, { msgID: `${name}-${serial}` });
  });
  await connection.close();
  return rate;
}

function counter(): { readonly done: Promise<void>; add(): void } {
  let seen = 0;
  let finish = (): void => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  return {
    done,
    add() {
      seen += 1;
      if (seen === events) finish();
    },
  };
}

async function measure(done: Promise<void>, publish: () => Promise<unknown>): Promise<Rate> {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  let left = events;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await publish();
    }
  };
  await Promise.all([done, ...Array.from({ length: inFlight }, worker)]);
  const seconds = (performance.now() - startMs) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: events / seconds, cpuMicros: (user + system) / events };
}
