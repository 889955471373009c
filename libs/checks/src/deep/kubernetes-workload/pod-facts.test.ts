import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { podFacts } from './pod-facts.ts';
import { selectorText } from './workload.ts';

const since = Date.parse('2026-01-01T12:00:00Z');
const before = new Date(since - 60_000);
const after = new Date(since + 60_000);

function pod(status: V1Pod['status']): V1Pod {
  return { metadata: { name: 'shop' }, ...(status === undefined ? {} : { status }) };
}

function container(restartCount: number, finishedAt?: Date) {
  const lastState = finishedAt === undefined ? {} : { terminated: { exitCode: 1, finishedAt } };
  return { name: 'c', image: 'i', imageID: 'i', ready: true, restartCount, lastState };
}

describe('podFacts', () => {
  it('counts all restarts of a young pod, and the last of an old one when it was within the window', () => {
    const pods = [
      pod({ startTime: after, containerStatuses: [container(4, after)] }),
      pod({ startTime: before, containerStatuses: [container(7, after), container(9, before), container(1)] }),
    ];
    expect(podFacts(pods, { sinceMs: since }).restarts).toBe(5);
  });

  it('counts evictions within the window, and no pod that failed otherwise', () => {
    const evicted = (at: Date) =>
      pod({
        phase: 'Failed',
        reason: 'Evicted',
        startTime: before,
        conditions: [{ type: 'DisruptionTarget', status: 'True', lastTransitionTime: at }],
      });
    const pods = [evicted(after), evicted(before), pod({ phase: 'Failed', reason: 'Error', startTime: after })];
    expect(podFacts(pods, { sinceMs: since }).evicted).toBe(1);
  });

  it('names why pods are not ready, and passes over those that are going', () => {
    const waiting = { ...container(0), state: { waiting: { reason: 'ImagePullBackOff' } } };
    const unscheduled = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }];
    const pods = [
      pod({ phase: 'Pending', containerStatuses: [waiting] }),
      pod({ phase: 'Pending', containerStatuses: [waiting] }),
      pod({ phase: 'Pending', conditions: unscheduled }),
      pod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
      { ...pod({ phase: 'Running' }), metadata: { deletionTimestamp: after } },
    ];
    expect([...podFacts(pods, { sinceMs: since }).troubles]).toEqual([
      ['ImagePullBackOff', 2],
      ['Unschedulable', 1],
    ]);
  });

  it('bears pods that say nothing', () => {
    expect(podFacts([{}, pod({})], { sinceMs: since })).toMatchObject({ restarts: 0, evicted: 0 });
  });
});

it('writes a selector as the API takes it, and never an empty one', () => {
  const matchExpressions = [
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'old', operator: 'DoesNotExist' },
  ];
  expect(selectorText({ matchLabels: { app: 'shop' }, matchExpressions })).toBe('app=shop,tier in (a,b),!old');
  expect(() => selectorText({})).toThrow('selects no pods');
});
