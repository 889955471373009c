import { ExecutionRecord } from '@cortex/contracts';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../faults/evidence.ts';
import { violationsIn, type InvariantId } from '../faults/invariants/invariants.ts';
import { otherRows, scenarios } from '../faults/scenarios.ts';
import type { Effect } from '../faults/site/effects.ts';

const t0 = Date.parse('2026-01-05T10:00:00Z');
const patients = ['a', 'b'].map((name, port) => ({
  service: 'shop',
  instance: `shop-${name}`,
  port,
  pidFile: '',
  startsFile: '',
}));

/** One target died, was started anew once, and serves. */
const well: Evidence = {
  patients,
  effects: [effect({})],
  executions: [execution('e1')],
  incidents: [incident('resolved')],
  events: [event('remediation.completed', { executionId: 'e1' }), proof(2_000)],
  pages: [],
  samples: [sample(-100, [false, true]), sample(500, [true, true]), sample(2_000, [true, true])],
  switched: [],
  blind: [],
  maxUnavailable: 1,
  audit: [],
};

function effect(more: Partial<Effect>): Effect {
  return { service: 'shop', instance: 'shop-a', atMs: t0, token: 7, executionId: 'e1', ...more };
}

function incident(status: string): Evidence['incidents'][number] {
  return { id: 'i1', service: 'shop', status } as Evidence['incidents'][number];
}

function at(ms: number): string {
  return new Date(t0 + ms).toISOString();
}

function execution(
  executionId: string,
  { intentMs = -10, token = 7, cooldownMs = 0, undone = 0, isOpen = false } = {},
) {
  const target = { service: 'shop', instance: 'shop-a' };
  const result = {
    step: 1,
    name: 's',
    action: 'a',
    target,
    outcome: 'succeeded',
    attempts: 1,
    startedAt: at(0),
    durationMs: 1,
    detail: '',
  };
  const entry = { phase: 'remediation', step: 1, target, attempt: 1, token, intentAt: at(intentMs) };
  return ExecutionRecord.parse({
    remediation: {
      executionId,
      incidentId: '0198c0de-0000-7000-8000-000000000001',
      attempt: 1,
      playbook: {
        id: 'p',
        name: 'P',
        version: '1.0.0',
        category: 'application',
        severity: 'high',
        trigger: { condition: 'true' },
        steps: [{ step: 1, name: 's', action: 'a', params: {}, timeoutMs: 1_000 }],
        verification: {},
        rollback: { available: true },
        escalation: {},
        safety: { cooldownMs },
      },
      targets: [{ ...target, facts: { id: 'shop-a', host: 'localhost' } }],
      maxUnavailable: 1,
      dryRun: false,
      requestedAt: at(-100),
      expiresAt: at(60_000),
    },
    status: isOpen ? 'running' : 'completed',
    acceptedAt: at(-50),
    entries: [
      isOpen ? { ...entry, status: 'intent' } : { ...entry, status: 'result', result },
      ...Array.from({ length: undone }, (_, index) => ({
        ...entry,
        phase: 'rollback',
        attempt: index + 1,
        status: 'result',
        result,
      })),
    ],
  });
}

function event(type: string, data: Record<string, unknown>): Evidence['events'][number] {
  return { stream: 'REMEDIATION', sequence: 1, type, service: 'shop', incidentId: 'i1', data };
}

function proof(ms: number): Evidence['events'][number] {
  return event('verification.completed', { state: 'SUCCESS', completedAt: at(ms) });
}

function sample(ms: number, up: readonly boolean[]): Evidence['samples'][number] {
  return { atMs: t0 + ms, up };
}

function page(key: string, level = 1): Evidence['pages'][number] {
  return { key, kind: 'page', severity: 'SEV2', incidentId: 'i1', service: 'shop', level, atMs: t0 };
}

const withCooldown = [execution('e1', { cooldownMs: 60_000 }), execution('e2', { cooldownMs: 60_000, token: 8 })];

describe('the invariants of the fault matrix', () => {
  it('hold for a target that was healed once', () => {
    const all: InvariantId[] = [
      'INV-1',
      'INV-2',
      'INV-3',
      'INV-4',
      'INV-5',
      'INV-7',
      'INV-8',
      'INV-9',
      'INV-10',
      'INV-11',
    ];
    expect(violationsIn(well, all)).toEqual([]);
  });

  it.each<[InvariantId, string, Partial<Evidence>]>([
    [
      'INV-1',
      'a second instance is begun before the first serves',
      { effects: [effect({}), effect({ instance: 'shop-b', atMs: t0 + 200 })] },
    ],
    ['INV-2', 'an effect bears an older token', { effects: [effect({}), effect({ atMs: t0 + 900, token: 6 })] }],
    ['INV-2', 'two executions bear the same token', { effects: [effect({}), effect({ executionId: 'e2' })] }],
    ['INV-3', 'an effect begins long after the switch went on', { switched: [{ on: true, atMs: t0 - 2_000 }] }],
    [
      'INV-4',
      'a target does not rest',
      { executions: withCooldown, effects: [effect({}), effect({ atMs: t0 + 5_000, token: 8, executionId: 'e2' })] },
    ],
    ['INV-5', 'something begins while nothing can be known', { blind: [{ fromMs: t0 - 3_000, toMs: t0 + 1_000 }] }],
    ['INV-7', 'the intent is written after the effect', { executions: [execution('e1', { intentMs: 500 })] }],
    ['INV-7', 'the intent is of another token', { executions: [execution('e1', { token: 6 })] }],
    ['INV-7', 'an execution has no end', { executions: [execution('e1', { isOpen: true })] }],
    ['INV-7', 'an execution has two ends', { events: [...well.events, ...well.events] }],
    ['INV-7', 'the audit has a gap', { audit: ['the audit lacks 1 event'] }],
    ['INV-8', 'an incident is open and nobody knows', { incidents: [incident('open')] }],
    ['INV-9', 'an effect is repeated', { effects: [effect({}), effect({ atMs: t0 + 100, token: 8 })] }],
    ['INV-9', 'the same is told under two keys', { pages: [page('k1'), page('k2')] }],
    ['INV-10', 'success is claimed of what is down', { samples: [sample(1_900, [false, false])] }],
    ['INV-11', 'a step is undone twice', { executions: [execution('e1', { undone: 2 })] }],
  ])('%s is violated when %s', (invariant, _when, change) => {
    expect(violationsIn({ ...well, ...change }, [invariant])).not.toEqual([]);
  });

  it('lets what is right at its edge pass', () => {
    const edges: Partial<Evidence> = {
      switched: [
        { on: true, atMs: t0 - 500 },
        { on: false, atMs: t0 + 5_000 },
      ],
      blind: [{ fromMs: t0 - 9_000, toMs: t0 - 1 }],
      pages: [page('k1'), page('k1'), page('k2', 2)],
      incidents: [incident('escalated')],
    };
    expect(violationsIn({ ...well, ...edges }, ['INV-3', 'INV-5', 'INV-8', 'INV-9'])).toEqual([]);
  });
});

describe('the fault matrix', () => {
  it('has each row once, in order', () => {
    const numbers = Array.from({ length: 45 }, (_, index) => `F${String(index + 1).padStart(2, '0')}`);
    expect([...scenarios, ...otherRows].map(({ id }) => id).sort()).toEqual(numbers);
    const ids = scenarios.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
  });

  it('names tests that are there', () => {
    const named = otherRows.flatMap(({ because }) => because.match(/\b[\w./-]+\.test\.ts\b/g) ?? []);
    expect(named.filter((path) => !existsSync(path))).toEqual([]);
  });
});
