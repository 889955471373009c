import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { startKubernetes } from '@cortex/testing';
import type { TestKubernetes } from '@cortex/testing';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, openFiles } from '../../test/ask.ts';

const server: TestKubernetes = await startKubernetes();
afterAll(() => server.stop());

const labels = { app: 'shop' };
const ready = { type: 'Ready', status: 'True' };
const metadata = (name: string) => ({ name, namespace: 'prod', labels });
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const container = { name: 'shop', image: 'shop', imageID: 'shop', ready: true, restartCount: 0 };

beforeEach(() => {
  server.mode = 'serving';
  const selector = { matchLabels: labels };
  server.objects.splice(0, server.objects.length, {
    kind: 'Deployment',
    metadata: metadata('shop'),
    spec: { replicas: 2, selector },
    status: { readyReplicas: 2 },
  });
  for (const name of ['shop-1', 'shop-2']) {
    server.objects.push({
      kind: 'Pod',
      metadata: metadata(name),
      status: { phase: 'Running', conditions: [ready], startTime: ago(600), containerStatuses: [container] },
    });
  }
  server.objects.push(
    { kind: 'StatefulSet', metadata: metadata('store'), spec: { replicas: 3, selector }, status: { readyReplicas: 1 } },
    {
      kind: 'DaemonSet',
      metadata: metadata('agent'),
      spec: { selector },
      status: { desiredNumberScheduled: 4, numberReady: 4 },
    },
  );
});

function check(params: object = {}, timeoutMs = 10_000) {
  return ask(
    'kubernetes_workload',
    { name: 'shop', namespace: 'prod', kubeconfig: server.kubeconfig, ...params },
    timeoutMs,
  );
}

describe('kubernetes_workload', () => {
  it('passes while all replicas are ready, for each kind', async () => {
    expect(await check()).toMatchObject({
      result: 'pass',
      evidence: { desired: 2, ready: 2, restarts: 0, evicted: 0 },
    });
    expect(await check({ kind: 'DaemonSet', name: 'agent' })).toMatchObject({ result: 'pass' });
    expect(await check({ kind: 'StatefulSet', name: 'store', min_ready: 1 })).toMatchObject({ result: 'pass' });
  });

  it('fails when too few are ready, and says why', async () => {
    server.objects.push({
      kind: 'Pod',
      metadata: metadata('store-2'),
      status: {
        phase: 'Running',
        containerStatuses: [{ ...container, state: { waiting: { reason: 'CrashLoopBackOff' } } }],
      },
    });
    expect(await check({ kind: 'StatefulSet', name: 'store' })).toMatchObject({
      result: 'fail',
      evidence: { desired: 3, ready: 1 },
      detail: expect.stringContaining('1 ready, expected 3 (1 CrashLoopBackOff)'),
    });
  });

  it('fails on too many restarts and evictions within the window', async () => {
    server.objects.push(
      {
        kind: 'Pod',
        metadata: metadata('shop-3'),
        status: { phase: 'Running', startTime: ago(5), containerStatuses: [{ ...container, restartCount: 9 }] },
      },
      {
        kind: 'Pod',
        metadata: metadata('shop-4'),
        status: { phase: 'Failed', reason: 'Evicted', startTime: ago(5) },
      },
    );
    const outcome = await check();
    expect(outcome.detail).toContain(
      '9 restarts within 10m, expected at most 3; 1 evicted within 10m, expected at most 0',
    );
    expect(await check({ window: '1m' })).toMatchObject({ result: 'pass' });
  });

  it('fails when there is no such workload', async () => {
    expect(await check({ name: 'gone' })).toMatchObject({
      result: 'fail',
      detail: expect.stringContaining('Deployment prod/gone does not exist'),
    });
  });

  it('learns nothing when it is refused, and shows no credentials', async () => {
    for (const [status, text] of [
      [401, 'does not accept the credentials'],
      [403, 'does not allow it'],
      [500, 'answered 500'],
    ] as const) {
      server.mode = status;
      const outcome = await check();
      expect(outcome).toMatchObject({ result: 'error', detail: expect.stringContaining(text) });
      expect(JSON.stringify(outcome)).not.toContain(server.token);
    }
    expect(await check({ kubeconfig: '/nowhere/config' })).toMatchObject({ result: 'error' });
    expect(await check({ context: 'other' })).toMatchObject({ result: 'error' });
  });

  it('times out while the API server is frozen, learns nothing while it is down, passes when it is back', async () => {
    await check();
    server.mode = 'frozen';
    expect(await check({}, 300)).toMatchObject({ result: 'timeout' });
    server.mode = 'serving';
    await server.stop();
    expect(await check()).toMatchObject({ result: 'error', detail: expect.stringContaining('refused') });
    await server.restart();
    expect(await check()).toMatchObject({ result: 'pass' });
  });

  it('leaves no connection open', async () => {
    await check();
    const before = openFiles();
    for (let run = 0; run < 300; run += 1) await check();
    expect(openFiles()).toBeLessThanOrEqual(before + 4);
  });
});

/** The test double is only useful while the real client works with it. */
it.skipIf(!existsSync('/usr/bin/kubectl'))('kubectl reads the same from the double', async () => {
  // kubectl caches what it learned of another server on the same port.
  const own = ['--kubeconfig', server.kubeconfig, '--cache-dir', `${server.kubeconfig}.cache`, '-n', 'prod'];
  const kubectl = async (...argv: readonly string[]) =>
    (await promisify(execFile)('kubectl', [...own, ...argv])).stdout;
  expect(await kubectl('get', 'deployment', 'shop', '-o', 'jsonpath={.status.readyReplicas}')).toBe('2');
  expect(await kubectl('get', 'pods', '-l', 'app=shop', '-o', 'name')).toContain('pod/shop-1');
  expect(await kubectl('get', 'pods', '-l', 'app notin (shop)', '-o', 'name')).toBe('');
  await expect(kubectl('get', 'sts', 'gone')).rejects.toThrow('not found');
});
