import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { provision } from '@cortex/bus';
import { bucketDefinitions, leaseBucket } from '@cortex/contracts';
import { messageOf } from '@cortex/errors';
import { startNats, startServer } from '@cortex/testing';
import { chanceOf, type Outcome, type Scenario } from '../scenario.ts';

export const oldServer: Scenario = {
  id: 'F17',
  title: 'the server does not do what Cortex needs',
  inject:
    'messages of 1 MB at most; or a bucket whose entries never expire, as a server makes it that ignores the setting',
  invariants: ['INV-4'],
  isQuick: true,
  run: async (seed) => (chanceOf(seed).random() < 0.5 ? smallMessages() : entriesThatStay()),
};

async function smallMessages(): Promise<Outcome> {
  const server = await startServer({
    name: 'nats',
    argv: (folder, port) => ['nats-server', '-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'store')],
    ready: (started) => started.waitForLine('Server is ready'),
  });
  try {
    return await refused(`nats://127.0.0.1:${server.port}`, 'max_payload');
  } finally {
    await server.stop();
  }
}

async function entriesThatStay(): Promise<Outcome> {
  const nats = await startNats();
  try {
    const connection = await connect({ servers: nats.url });
    const manager = await jetstreamManager(connection);
    const definition = bucketDefinitions.find(({ name }) => name === leaseBucket.name);
    const stream = `KV_${definition?.name}`;
    await manager.streams.add({ name: stream, subjects: [`$KV.${definition?.name}.>`], max_msgs_per_subject: 1 });
    await connection.close();
    return await refused(nats.url, `${stream}.max_age`);
  } finally {
    await nats.stop();
  }
}

/** It must not run, and must say why. */
async function refused(servers: string, word: string): Promise<Outcome> {
  try {
    await provision({ servers, firstConnectTimeoutMs: 10_000 });
    return { violations: [{ invariant: 'INV-4', what: `Cortex runs although of ${word}` }] };
  } catch (error) {
    const why = messageOf(error);
    return { violations: why.includes(word) ? [] : [{ invariant: 'INV-4', what: `it does not name ${word}: ${why}` }] };
  }
}
