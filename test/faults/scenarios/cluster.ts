import { connect } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { eventually, startNatsCluster, type TestNatsCluster } from '@cortex/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { killPatient, startPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortexWith, type Scenario } from '../scenario.ts';
import { begunCall, levelsTold, playbookOfTheFirst } from '../site/calls.ts';
import { untilHealed } from '../site/waiting.ts';

const onCluster = { startNats: startNatsCluster, replicas: 3 } as const;
const streams = ['REMEDIATION', 'INCIDENTS', 'SIGNALS', 'KV_cortex-journal', 'KV_cortex-leases', 'KV_cortex-control'];

export const leaderKilled: Scenario = {
  id: 'F11',
  title: 'of three NATS servers the leader is killed, repeatedly',
  inject: 'SIGKILL of the leader of a random stream while targets die, five times, each started again',
  invariants: ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-10'],
  isQuick: false,
  run: onCortexWith(
    () => onCluster,
    async ({ site, chance, lasting, measure, claim }) => {
      await untilHealthy(site);
      const probe = await startProbe(site.nats);
      for (let round = 0; round < lasting(5, 1); round += 1) {
        for (const patient of site.patients) killPatient(patient);
        await pause(chance.between(500, 3_000));
        const stream = chance.random() < 0.5 ? probe.stream : chance.pick(streams);
        const leader = await eventually(async () => (await site.nats.leaderOf(stream)) ?? false, { timeoutMs: 30_000 });
        await site.nats.kill(leader);
        await pause(chance.between(6_000, 9_000));
        await site.nats.restart(leader);
        await untilHealed(site, 1);
        await untilHealthy(site);
      }
      const endedMs = Date.now();
      const { longestGapMs, lost } = await probe.stop();
      measure({ what: 'longest gap of publishing', ms: longestGapMs, limitMs: 10_000 });
      claim('INV-8', lost === 0, `${lost} acknowledged messages are lost`);
      await untilHealed(site, 1);
      return endedMs;
    },
  ),
};

export const quorumLost: Scenario = {
  id: 'F12',
  title: 'of three NATS servers two are away for 60 s',
  inject: 'SIGKILL of two servers while somebody is being called; another target dies meanwhile',
  invariants: ['INV-2', 'INV-5', 'INV-7', 'INV-8', 'INV-9', 'INV-10'],
  isQuick: false,
  run: onCortexWith(
    () => ({ ...onCluster, playbooks: [playbookOfTheFirst] }),
    async ({ site, chance, lasting, claim }) => {
      await untilHealthy(site);
      const [healable, hopeless] = site.patients;
      if (healable === undefined || hopeless === undefined) throw new RangeError('two patients');
      await begunCall(site, hopeless);
      const spared = chance.pick(site.nats.names);
      const lost = site.nats.names.filter((name) => name !== spared);
      await Promise.all(lost.map((name) => site.nats.kill(name)));
      const mayBegin = site.nothingMayBegin();
      killPatient(healable);
      await pause(lasting(60_000, 15_000));
      claim('INV-5', levelsTold(site, hopeless).includes(2), 'nobody was called for as long as the quorum was lost');
      mayBegin();
      await Promise.all(lost.map((name) => site.nats.restart(name)));
      const endedMs = Date.now();
      startPatient(hopeless);
      await untilHealed(site, 2);
      return endedMs;
    },
  ),
};

/** Publishes without a pause into a stream of its own, and measures how long it takes between two acknowledgements. */
async function startProbe({ url }: TestNatsCluster) {
  const stream = 'PROBE';
  const connection = await connect({ servers: url.split(','), maxReconnectAttempts: -1, reconnectTimeWait: 200 });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: stream, subjects: ['probe.>'], num_replicas: 3 });
  const client = jetstream(connection, { timeout: 1_000 });
  let acknowledged = 0;
  let longestGapMs = 0;
  const over = new AbortController();
  const publishing = (async () => {
    let lastMs = performance.now();
    while (!over.signal.aborted) {
      try {
        // Under the same id until it is acknowledged: whether a failed try was stored is not known.
        await client.publish('probe.x', String(acknowledged), { msgID: `probe-${acknowledged}` });
        acknowledged += 1;
        longestGapMs = Math.max(longestGapMs, performance.now() - lastMs);
        lastMs = performance.now();
        await pause(10);
      } catch {
        await pause(50);
      }
    }
  })();
  return {
    stream,
    async stop() {
      over.abort();
      await publishing;
      const { state } = await eventually(() => manager.streams.info(stream), { timeoutMs: 30_000 });
      await connection.close();
      return { longestGapMs: Math.round(longestGapMs), lost: Math.max(0, acknowledged - state.messages) };
    },
  };
}
