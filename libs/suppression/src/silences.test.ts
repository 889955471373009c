import { Silence } from '@cortex/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findSilence, isSilenceActive, silencesCheck, silencesTarget } from './silences.ts';

const start = '2026-03-02T10:00:00.000Z';
const addMs = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString();

/** An hour of silence for the shop. */
function makeSilence(startsAt: string, fields: Partial<Silence> = {}): Silence {
  const hour = { startsAt, endsAt: addMs(startsAt, 3_600_000), createdAt: startsAt };
  return Silence.parse({ id: '0123456789ab', service: 'shop', ...hour, by: 'ada', reason: 'moving house', ...fields });
}

const shop = { service: 'shop', instance: 'shop-1' };

test.each([
  [-1, false, 'before it starts'],
  [0, true, 'its first moment'],
  [3_599_999, true, 'its last moment'],
  [3_600_000, false, 'its end is not inside'],
])('%i ms after its start: %s (%s)', (ms, active) => {
  expect(isSilenceActive(makeSilence(start), addMs(start, ms))).toBe(active);
});

test('a lifted silence is not active any more', () => {
  const lifted = { by: 'ada', at: start };
  expect(isSilenceActive(makeSilence(start, { lifted }), addMs(start, 1))).toBe(false);
});

test.each([
  [{}, true, true],
  [{ instance: 'shop-1' }, true, true],
  [{ instance: 'shop-2' }, false, false],
  [{ check: 'web' }, false, true],
  [{ check: 'port' }, false, false],
  [{ instance: 'shop-1', check: 'web' }, false, true],
  [{ instance: 'shop-2', check: 'web' }, false, false],
  [{ service: 'db' }, false, false],
  [{ service: 'constructor' }, false, false],
])('one of %j covers the target: %s, its check: %s', (fields: Partial<Silence>, target: boolean, check: boolean) => {
  const silence = makeSilence(start, fields);
  expect(silencesTarget(silence, shop)).toBe(target);
  expect(silencesCheck(silence, shop, 'web')).toBe(check);
});

test('the silence found is active, covers the target, and lasts longest', () => {
  const hours = fc.integer({ min: -3, max: 3 });
  const silence = fc.record({
    from: hours,
    length: fc.integer({ min: 0, max: 3 }),
    service: fc.constantFrom('shop', 'db'),
  });
  fc.assert(
    fc.property(fc.array(silence, { maxLength: 8 }), (drawn) => {
      const silences = drawn.map(({ from, length, service }) => {
        const startsAt = addMs(start, from * 3_600_000);
        return makeSilence(startsAt, { service, endsAt: addMs(startsAt, length * 3_600_000) });
      });
      const holding = silences.filter((one) => one.service === 'shop' && one.startsAt <= start && start < one.endsAt);
      const found = findSilence(silences, start, (one) => silencesTarget(one, shop));
      const ends = holding.map(({ endsAt }) => endsAt).sort();
      expect(found?.endsAt).toBe(ends.at(-1));
    }),
  );
});
