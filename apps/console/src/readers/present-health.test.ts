import type { CheckView, TargetView } from '@cortex/api';
import { expect, test } from 'vitest';
import { presentHealth } from './present-health.ts';

const target = { service: 'db', instance: 'db-1' };
const at = '2026-03-02T10:00:05.000Z';

function view(changes: Partial<TargetView> = {}): TargetView {
  return {
    target,
    critical: true,
    remediate: true,
    state: 'UNHEALTHY',
    since: '2026-03-02T10:00:00.000Z',
    flapping: false,
    reason: '1 of 2 shallow checks fails: port',
    dependenciesDown: [],
    failing: [
      {
        check: 'port',
        type: 'tcp_port',
        tier: 'shallow',
        target,
        result: 'fail',
        attempts: 4,
        durationMs: 2,
        detail: 'refused',
        observedAt: '2026-03-02T10:00:00.000Z',
      },
    ],
    ...changes,
  };
}

function check(name: string, state: CheckView['state'], detail = ''): CheckView {
  return {
    name,
    label: name,
    type: 'tcp_port',
    tier: 'shallow',
    target,
    intervalMs: 5_000,
    state,
    late: false,
    last: { at, durationMs: 3, result: state === 'failing' ? 'fail' : 'pass', detail, attempts: 1 },
    history: [],
  };
}

test('of a target that nobody looks at any more it says so, whatever its state', () => {
  const unseenSince = '2026-03-02T09:00:00.000Z';
  expect(presentHealth(view({ state: 'HEALTHY', reason: '', failing: [], unseenSince }), []).reason).toBe(
    `nobody has looked at it since ${unseenSince}: does a health-checker run?`,
  );
  expect(presentHealth(view({ unseenSince }), []).reason).toContain('it was, at 2026-03-02T10:00:00.000Z: 1 of 2');
});

test('a healthy target has no reason left', () => {
  expect(presentHealth(view({ state: 'HEALTHY' }), [check('port', 'passing')])).toMatchObject({
    reason: '',
    failing: [],
  });
});

test('what fails now is told with what it says now', () => {
  expect(presentHealth(view(), [check('port', 'failing', 'timed out')])).toMatchObject({
    reason: '1 of 2 shallow checks fails: port',
    failing: [{ check: 'port', detail: 'timed out', observedAt: at }],
  });
});

test('another check fails than when the state began: the reason is of now', () => {
  const checks = [check('port', 'passing'), check('query', 'failing', 'no answer')];
  expect(presentHealth(view(), checks)).toMatchObject({
    reason: '1 of 2 checks fail',
    failing: [{ check: 'query', detail: 'no answer' }],
  });
});

test('nothing fails any more: what was is told as what was, with its time', () => {
  expect(presentHealth(view(), [check('port', 'passing')])).toMatchObject({
    reason:
      'no check fails any more, not yet proved; it was, at 2026-03-02T10:00:00.000Z: 1 of 2 shallow checks fails: port',
    failing: [],
  });
});

test('before any check has reported to this console, the record is what there is', () => {
  expect(presentHealth(view(), [])).toEqual(view());
});
