import { systemRuntime } from '@cortex/runtime';
import { expect, test } from 'vitest';
import { ServerClock } from './server-clock.ts';

const hour = 3_600_000;

/** A machine whose clocks are set by the test. */
function machine() {
  const state = { wallMs: 0, monotonicMs: 0, uptimeMs: 0 };
  const clock = new ServerClock({
    ...systemRuntime,
    now: () => new Date(state.wallMs),
    monotonicMs: () => state.monotonicMs,
    uptimeMs: () => state.uptimeMs,
  });
  const pass = (ms: number): void => {
    state.wallMs += ms;
    state.monotonicMs += ms;
    state.uptimeMs += ms;
  };
  /** Asks a server whose clock shows this, over a way of so long there and back. */
  const ask = (serverMs: number, tripMs = 10): void => {
    const [askedMs, wallMs] = [state.monotonicMs, state.wallMs];
    pass(tripMs);
    clock.take({ serverMs, askedMs, answeredMs: state.monotonicMs, wallMs });
  };
  return { clock, state, pass, ask, now: () => clock.now().getTime() };
}

test('until the server has answered it is the clock of the machine', () => {
  const { pass, now } = machine();
  pass(5_000);
  expect(now()).toBe(5_000);
});

test.each([-hour, hour])('a clock that is %i ms off shows the server’s time, and is known to be off', (skewMs) => {
  const { clock, state, pass, ask, now } = machine();
  state.wallMs = skewMs;
  ask(5);
  pass(60_000);
  expect(now()).toBe(60_010);
  expect(clock.skew).toEqual({ skewMs, errorMs: 5 });
});

test('a clock that is set anew does not set back the time, and the server is asked', () => {
  const { clock, state, pass, ask, now } = machine();
  ask(5);
  let asked = 0;
  clock.onJump = () => (asked += 1);
  pass(1_000);
  expect([now(), asked]).toEqual([1_010, 0]);
  state.wallMs -= hour;
  expect([now(), asked]).toEqual([1_010, 1]);
  state.wallMs += 2 * hour;
  expect([now(), asked]).toEqual([1_010, 2]);
});

test('after a sleep of the machine, which its monotonic clock does not count, it is late at once', () => {
  const { clock, state, ask, now } = machine();
  ask(5);
  state.wallMs += hour;
  state.uptimeMs += hour;
  expect(now()).toBe(10 + hour);
  ask(10 + hour);
  expect([now(), clock.skew?.skewMs]).toEqual([15 + hour, 5]);
});

test('an answer that took an outage of NATS, and whose write was stored at its end, changes nothing', () => {
  const { ask, pass, now } = machine();
  ask(5);
  pass(60_000);
  // Stored a few milliseconds after the server's time that is known would say that the answer was there.
  ask(60_010 + 7_000 + 4, 7_000);
  expect(now()).toBe(67_010);
});

test('an answer that took long changes nothing that is known better', () => {
  const { ask, pass, now } = machine();
  ask(5);
  pass(1_000);
  ask(1_010, 20_000);
  expect(now()).toBe(21_010);
  pass(600_000);
  ask(621_110, 200);
  expect(Math.abs(now() - 621_210)).toBeLessThanOrEqual(100);
});

test('an answer that contradicts what is known is believed: the server has another clock now', () => {
  const { ask, pass, now } = machine();
  ask(5);
  pass(1_000);
  ask(1_015 + hour, 100);
  expect(now()).toBe(1_065 + hour);
});
