import fc from 'fast-check';
import { expect, test } from 'vitest';
import { healthTree, type Health, type HealthOfCheck } from './health-tree.ts';

const nowMs = Date.parse('2026-01-05T00:10:00.000Z');
const ago = (seconds: number): string => new Date(nowMs - seconds * 1_000).toISOString();
const style = { columns: 80, hasColour: false, nowMs };

function check(label: string, changes: Partial<HealthOfCheck> = {}): HealthOfCheck {
  const last = { result: 'pass', durationMs: 12, at: ago(3), detail: '200 in 12 ms' } as const;
  return {
    label,
    tier: 'shallow',
    target: { service: 'shop', instance: 'shop-1' },
    state: 'passing',
    late: false,
    intervalMs: 5_000,
    last,
    streak: { count: 2, since: ago(8) },
    history: [{ durationMs: 6, result: 'pass' }, last],
    ...changes,
  };
}

function failing(label: string, changes: Partial<HealthOfCheck> = {}): HealthOfCheck {
  const last = { result: 'fail', durationMs: 100, at: ago(1), detail: 'connection refused' } as const;
  const history = [{ durationMs: 12, result: 'pass' }, last, last] as const;
  return check(label, { state: 'failing', last, streak: { count: 7, since: ago(40) }, history, ...changes });
}

const {
  last: _last,
  streak: _streak,
  ...silent
} = check('db-port', {
  target: { service: 'db', instance: 'db-1' },
  state: 'unknown',
  history: [],
});

const health: Health = {
  targets: [
    {
      target: { service: 'shop', instance: 'shop-1' },
      state: 'UNHEALTHY',
      since: ago(240),
      flapping: true,
      reason: '1 deep check fails; it depends on db, down; flapping',
    },
    {
      target: { service: 'shop', instance: 'shop-2' },
      state: 'HEALTHY',
      since: ago(7_200),
      flapping: false,
      reason: '',
    },
    {
      target: { service: 'db', instance: 'db-1' },
      state: 'UNKNOWN',
      flapping: false,
      reason: 'no check has reported yet',
    },
  ],
  checks: [
    failing('shop-orders', { tier: 'deep' }),
    check('shop-port'),
    check('shop-http'),
    check('port-2', {
      target: { service: 'shop', instance: 'shop-2' },
      state: 'paused',
      pausedBy: 'maintenance window night',
    }),
    silent,
    check('db-slow', {
      last: { result: 'pass', durationMs: 12, at: ago(300), detail: '' },
      target: { service: 'db', instance: 'db-1' },
      state: 'unknown',
      late: true,
    }),
  ],
  total: 6,
  counts: { failing: 1, unknown: 2, paused: 1, passing: 2 },
};

test('services, instances and checks by tier, with what is wrong', () => {
  expect(healthTree(health, style)).toBe(`1 failing, 2 unknown, 1 paused, 2 passing

shop
  shop-1  UNHEALTHY for 4m (flapping)
    1 deep check fails; it depends on db, down; flapping
    shallow
      ✓ shop-http      3s ago   12ms  ▄█
      ✓ shop-port      3s ago   12ms  ▄█
    deep
      ✗ shop-orders    1s ago  100ms  █✗✗
        connection refused (7 times in 40s)
  shop-2  HEALTHY for 2h
    shallow
      ‖ port-2         3s ago   12ms  ▄█
        paused by maintenance window night

db
  db-1  UNKNOWN
    no check has reported yet
    shallow
      ? db-port             -      -
        no result yet
      ? db-slow        5m ago   12ms  ▄█
        no result for 5m, though it is due every 5s`);
});

test('a part of the checks says that it is one; none says so', () => {
  expect(healthTree({ ...health, total: 5_000 }, style)).toContain(
    '(4994 more checks; raise --limit, or name a service)',
  );
  const none = { targets: [], checks: [], total: 0, counts: { failing: 0, passing: 0 } };
  expect(healthTree(none, style)).toBe('no checks are configured');
});

test('whatever names and details hold, 80 columns are enough, and nothing steers the terminal', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 200 });
  const bar = fc.record({
    durationMs: fc.nat(100_000),
    result: fc.constantFrom('pass' as const, 'fail' as const, 'error' as const),
  });
  fc.assert(
    fc.property(anyText, anyText, anyText, fc.array(bar, { maxLength: 60 }), (name, detail, reason, history) => {
      const [target] = health.targets;
      const text = healthTree(
        {
          ...health,
          targets: target === undefined ? [] : [{ ...target, reason }],
          checks: [failing(name, { history, last: { result: 'fail', durationMs: 100_000, at: ago(3), detail } })],
        },
        style,
      );
      for (const line of text.split('\n')) {
        expect([...line].length).toBeLessThanOrEqual(80);
        // oxlint-disable-next-line no-control-regex
        expect(line).not.toMatch(/[\u0000-\u001f]/);
      }
    }),
  );
});
