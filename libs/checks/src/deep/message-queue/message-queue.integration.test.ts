import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { freePort, startNats, startRabbitmq, startServer } from '@cortex/testing';
import type { TestNats, TestRabbitmq } from '@cortex/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, openFiles } from '../../test/ask.ts';
import { messageQueue } from './message-queue.ts';

const canary = 'canary-5f2c9e-secret';
/** As the specification writes it; `timeout` is a key of every check. */
const actions = ['publish_test_message', 'consume_test_message', 'verify_ack'];

function behind(variable: string, url: string): string {
  process.env[variable] = url;
  return `env:${variable}`;
}

describe('message_queue on RabbitMQ', () => {
  let server: TestRabbitmq;
  beforeAll(async () => {
    server = await startRabbitmq();
  });
  afterAll(() => server.stop());

  it('sends a message through, proves that it was acknowledged, and leaves no queue behind', async () => {
    const outcome = await ask('message_queue', { type: 'rabbitmq', actions, port: server.port });
    expect(outcome).toMatchObject({ result: 'pass', evidence: { server: expect.stringContaining('RabbitMQ') } });
    expect(
      await ask('message_queue', { type: 'rabbitmq', actions: ['publish_test_message'], port: server.port }),
    ).toMatchObject({
      result: 'pass',
    });
    expect(await server.control('list_queues', '--quiet', 'name')).not.toContain('amq.gen');
  });

  it('says when the credentials are refused, and never shows them', async () => {
    const connection = behind('CORTEX_TEST_QUEUE', `amqp://guest:${canary}@127.0.0.1:${server.port}`);
    const outcome = await ask('message_queue', { type: 'rabbitmq', connection });
    expect(outcome).toMatchObject({ result: 'fail', detail: expect.stringContaining('Login was refused') });
    expect(JSON.stringify(outcome)).not.toContain(canary);
  });

  it('says when the virtual host is not there', async () => {
    const connection = behind('CORTEX_TEST_QUEUE', `amqp://guest:guest@127.0.0.1:${server.port}/nowhere`);
    expect(await ask('message_queue', { type: 'rabbitmq', connection })).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('virtual host "nowhere"'),
    });
  });

  it('says when the user may not make a queue', async () => {
    await server.control('add_user', 'nobody', canary);
    await server.control('set_permissions', 'nobody', '^$', '^$', '^$');
    const connection = behind('CORTEX_TEST_QUEUE', `amqp://nobody:${canary}@127.0.0.1:${server.port}`);
    const outcome = await ask('message_queue', { type: 'rabbitmq', connection });
    expect(outcome).toMatchObject({ result: 'fail', detail: expect.stringContaining('ACCESS_REFUSED') });
    expect(JSON.stringify(outcome)).not.toContain(canary);
  });

  it('says when the broker blocks publishers, and passes when it does no more', async () => {
    await server.control('set_disk_free_limit', '900000000000000');
    const outcome = await ask('message_queue', { type: 'rabbitmq', port: server.port });
    expect(outcome).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('blocks publishers: low on disk'),
    });
    await server.control('set_disk_free_limit', '50MB');
    expect(await ask('message_queue', { type: 'rabbitmq', port: server.port })).toMatchObject({ result: 'pass' });
  });

  it('times out while the server is frozen, fails while it is dead, and passes when it is back', async () => {
    server.freeze();
    expect(await ask('message_queue', { type: 'rabbitmq', port: server.port }, 300)).toMatchObject({
      result: 'timeout',
    });
    server.thaw();
    expect(await ask('message_queue', { type: 'rabbitmq', port: server.port })).toMatchObject({ result: 'pass' });
    server.freeze();
    const askedBefore = ask('message_queue', { type: 'rabbitmq', port: server.port });
    await server.kill();
    expect(await askedBefore).toMatchObject({ result: 'fail' });
    expect(await ask('message_queue', { type: 'rabbitmq', port: server.port })).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('connection refused'),
    });
    await server.restart();
    expect(await ask('message_queue', { type: 'rabbitmq', port: server.port })).toMatchObject({ result: 'pass' });
  });

  it('leaves no connection open', async () => {
    const before = openFiles();
    for (let run = 0; run < 200; run += 1) await ask('message_queue', { type: 'rabbitmq', port: server.port });
    expect(openFiles()).toBeLessThanOrEqual(before + 5);
  });
});

describe('message_queue on NATS', () => {
  let server: TestNats;
  beforeAll(async () => {
    server = await startNats();
  });
  afterAll(() => server.stop());

  it('sends a message through JetStream, and proves that it was acknowledged', async () => {
    const outcome = await ask('message_queue', { type: 'nats', actions, port: server.port });
    expect(outcome).toMatchObject({ result: 'pass', evidence: { server: expect.stringContaining('nats-server 2') } });
    expect(
      await ask('message_queue', { type: 'nats', actions: ['publish_test_message'], port: server.port }),
    ).toMatchObject({
      result: 'pass',
    });
  });

  it('lets checks of several replicas run at once', async () => {
    const asked = Array.from({ length: 20 }, () => ask('message_queue', { type: 'nats', port: server.port }));
    for (const outcome of await Promise.all(asked)) expect(outcome).toMatchObject({ result: 'pass' });
  });

  it('times out while the server is frozen, fails while it is dead, and passes when it is back', async () => {
    process.kill(server.pid, 'SIGSTOP');
    expect(await ask('message_queue', { type: 'nats', port: server.port }, 300)).toMatchObject({
      result: 'timeout',
    });
    process.kill(server.pid, 'SIGCONT');
    expect(await ask('message_queue', { type: 'nats', port: server.port })).toMatchObject({ result: 'pass' });
    await server.kill();
    expect(await ask('message_queue', { type: 'nats', port: server.port })).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('connection refused'),
    });
    await server.restart();
    expect(await ask('message_queue', { type: 'nats', port: server.port })).toMatchObject({ result: 'pass' });
  });

  it('says when the credentials are refused, and never shows them; passes with the right ones', async () => {
    const guarded = await startServer({
      name: 'nats',
      argv: (folder, port) =>
        ['nats-server', '-a', '127.0.0.1', '-p', port, '-js', '-sd', folder, '--user', 'a', '--pass', 'right'].map(
          String,
        ),
      ready: (started) => started.waitForLine('Server is ready'),
    });
    try {
      const wrong = behind('CORTEX_TEST_QUEUE', `nats://a:${canary}@127.0.0.1:${guarded.port}`);
      const outcome = await ask('message_queue', { type: 'nats', connection: wrong });
      expect(outcome).toMatchObject({ result: 'fail', detail: expect.stringContaining('Authorization Violation') });
      expect(JSON.stringify(outcome)).not.toContain(canary);
      const right = behind('CORTEX_TEST_QUEUE', `nats://a:right@127.0.0.1:${guarded.port}`);
      expect(await ask('message_queue', { type: 'nats', connection: right })).toMatchObject({ result: 'pass' });
    } finally {
      await guarded.stop();
    }
  });

  it('says when there is no JetStream', async () => {
    const plain = await startServer({
      name: 'nats',
      argv: (_folder, port) => ['nats-server', '-a', '127.0.0.1', '-p', String(port)],
      ready: (started) => started.waitForLine('Server is ready'),
    });
    try {
      expect(await ask('message_queue', { type: 'nats', port: plain.port })).toMatchObject({
        result: 'fail',
        detail: expect.stringContaining('JetStream is not enabled'),
      });
    } finally {
      await plain.stop();
    }
  });

  it('says when something else answers', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    const port = await freePort();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    try {
      expect(await ask('message_queue', { type: 'nats', port: (other.address() as AddressInfo).port })).toMatchObject({
        result: 'fail',
        detail: expect.stringContaining('no NATS server'),
      });
    } finally {
      other.close();
    }
  });

  it('leaves no connection open', async () => {
    const before = openFiles();
    for (let run = 0; run < 2_000; run += 1) await ask('message_queue', { type: 'nats', port: server.port });
    expect(openFiles()).toBeLessThanOrEqual(before + 5);
  });
});

it('does not parse what is no trial of a queue, and never takes a credential itself', () => {
  const parses = (params: object) => messageQueue.params.safeParse(params).success;
  expect(parses({ type: 'rabbitmq', actions })).toBe(true);
  for (const wrong of [
    {},
    { type: 'kafka' },
    { type: 'nats', actions: [] },
    { type: 'nats', actions: ['verify_ack'] },
    { type: 'nats', actions: ['consume_test_message', 'publish_test_message'] },
    { type: 'rabbitmq', connection: 'amqp://guest:guest@localhost' },
    { type: 'rabbitmq', password: 'x' },
  ]) {
    expect({ wrong, parses: parses(wrong) }).toEqual({ wrong, parses: false });
  }
});

it('says when the reference leads nowhere, and what form was expected', async () => {
  expect((await ask('message_queue', { type: 'nats', connection: 'env:CORTEX_TEST_UNSET' })).detail).toContain(
    'not set',
  );
  const connection = behind('CORTEX_TEST_QUEUE', `http://x:${canary}@127.0.0.1`);
  const outcome = await ask('message_queue', { type: 'rabbitmq', connection });
  expect(outcome).toMatchObject({ result: 'error', detail: expect.stringContaining('amqp://') });
  expect(JSON.stringify(outcome)).not.toContain(canary);
});
