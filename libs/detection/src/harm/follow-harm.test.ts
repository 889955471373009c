import { expect, test } from 'vitest';
import { followHarm, harmless, HarmState, type HarmSample } from './follow-harm.ts';

const minuteMs = 60_000;
const forMs = 10 * minuteMs;

/** Minutes in a row, beyond the limit where there is an `x`, and rare besides where there is an `X`. */
function live(minutes: string, state: HarmState = harmless, startMinute = 1): { state: HarmState; held: string } {
  let held = '';
  for (const [index, minute] of [...minutes].entries()) {
    const sample: HarmSample = {
      timeMs: (startMinute + index) * minuteMs,
      isBeyond: minute !== '.',
      isRare: minute === 'X',
      isFirst: startMinute + index === 0,
      normal: undefined,
    };
    state = followHarm(state, sample, forMs, 3);
    held += state.isHeld ? '!' : '-';
  }
  HarmState.parse(structuredClone(state));
  return { state, held };
}

test('what lasts is harm', () => {
  expect(live(`..${'x'.repeat(12)}`).held).toBe(`--${'-'.repeat(10)}!!`);
});

test('a break begins it anew', () => {
  expect(live(`xxxxxxxxx.${'x'.repeat(16)}`).held).not.toContain('!');
});

test('while no samples come nothing is known, and it begins anew', () => {
  const before = live('X'.repeat(9)).state;
  expect(live('X'.repeat(11), before, 16).held).toBe(`${'-'.repeat(10)}!`);
  expect(live('X'.repeat(2), before, 14).held).toBe('!!');
});

test('it is over after some samples within the limit, not after one', () => {
  expect(live(`${'x'.repeat(11)}..x...x`).held).toBe(`${'-'.repeat(10)}!!!!!!--`);
});

test('what is usual for so long is none, until it lasts twice as long; what is rare is at once', () => {
  const usual = live(`${'x'.repeat(9)}.`.repeat(5)).state;
  const again = (minutes: string) => live(minutes, usual, 51).held;
  expect(again('x'.repeat(18))).toBe(`${'-'.repeat(16)}!!`);
  expect(again('X'.repeat(12))).toBe(`${'-'.repeat(10)}!!`);
});

test('a real incident makes the next one not usual', () => {
  const after = live(`${'X'.repeat(50)}...`).state;
  expect(after).toEqual(harmless);
});

test('no length is so usual that two hours would be', () => {
  const after = live(`.${'x'.repeat(500)}...`).state;
  expect(live('x'.repeat(122), after, 504).held).toMatch(/^-{120}!!$/);
});

test('a long time ago is forgotten', () => {
  const after = live(`.${'x'.repeat(31)}...`).state;
  const fortnight = 14 * 24 * 60;
  expect(live('x'.repeat(17), after, 40).held).not.toContain('!');
  expect(live('x'.repeat(17), after, fortnight + 40).held).toMatch(/!$/);
});

test('a series that has never been elsewhere is taken as it is, and judged when it comes back there', () => {
  const used = live('x'.repeat(600), harmless, 0);
  expect(used.held).not.toContain('!');
  expect(live(`.${'x'.repeat(12)}`, used.state, 600).held).toMatch(/!$/);
  expect(live('X'.repeat(12), used.state, 600).held).toMatch(/!$/);
});
