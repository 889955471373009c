import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../multivariate/seeded-random.ts';
import {
  emptyMissingData,
  findMissing,
  hear,
  restoreMissingData,
  saveMissingData,
  type Heard,
} from './missing-data.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const policy = {
  severity: 'medium',
  harm: { kind: 'silence', reason: 'its telemetry is missing' },
  goneAfterMs: 60 * minuteMs,
} as const;

test('steady senders with jitter and lost scrapes, and a collector that restarts: no data counts as missing in a day', () => {
  const someSite = fc.record({
    seed: fc.integer(),
    senders: fc.integer({ min: 1, max: 12 }),
    lost: fc.double({ min: 0, max: 0.02, noNaN: true }),
    jitter: fc.double({ min: 0, max: 0.3, noNaN: true }),
    downFrom: fc.integer({ min: 0, max: 24 * 60 }),
    downMinutes: fc.integer({ min: 0, max: 120 }),
  });
  fc.assert(
    fc.property(someSite, ({ seed, senders, lost, jitter, downFrom, downMinutes }) => {
      const random = seededRandom(seed);
      const state = emptyMissingData();
      const paces = Array.from({ length: senders }, () => [10, 15, 30, 60][Math.floor(random() * 4)] ?? 10);
      const due = paces.map((pace) => random() * pace);
      let reported = 0;
      for (let second = 0; second < 24 * 3_600; second += 5) {
        const isDown = second >= downFrom * 60 && second < (downFrom + downMinutes) * 60;
        const heard: Heard[] = [];
        for (const [index, pace] of paces.entries()) {
          if ((due[index] ?? 0) > second) continue;
          due[index] = second + pace * (1 + jitter * (random() - 0.5));
          if (!isDown && random() >= lost) heard.push({ service: 'shop', instance: `shop-${index}`, samples: 3 });
        }
        if (heard.length === 0) continue;
        reported += hear(state, heard, second * secondMs).length;
        if (second % 60 < 5) reported += findMissing(state, () => policy).drafts.length;
      }
      expect(reported).toBe(0);
    }),
    { numRuns: 15 },
  );
});

test('a sender at random times, however often, is not missed in a day', () => {
  fc.assert(
    fc.property(fc.integer(), fc.constantFrom(20, 40, 60, 120, 300), (seed, meanSeconds) => {
      const random = seededRandom(seed);
      const state = emptyMissingData();
      let due = 0;
      let reported = 0;
      for (let second = 0; second < 24 * 3_600; second += 5) {
        const heard: Heard[] = [1, 2, 3].map((index) => ({ service: 'shop', instance: `shop-${index}`, samples: 3 }));
        while (due <= second) {
          due += -meanSeconds * Math.log(random() + 1e-12);
          heard.push({ service: 'events', samples: 1 });
        }
        reported += hear(state, heard, second * secondMs).length;
        if (second % 60 === 0) reported += findMissing(state, () => policy).drafts.length;
      }
      expect(reported).toBe(0);
    }),
    // A fixed seed: a random sender may by chance look steady.
    { numRuns: 20, seed: 1 },
  );
});

test('for any input: each is detected and cleared in turn, and a restored state goes on the same', () => {
  const event = fc.record({
    stepMs: fc.oneof(fc.integer({ min: -minuteMs, max: 3 * minuteMs }), fc.constant(1e12), fc.constant(10 * secondMs)),
    heard: fc.subarray(['a', '__proto__', 'constructor', 'd']),
    samples: fc.integer({ min: 1, max: 10_000 }),
    repeat: fc.integer({ min: 1, max: 250 }),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), (events) => {
      let state = emptyMissingData();
      const open = new Set<string>();
      let clockMs = Date.UTC(2026, 0, 5);
      for (const { stepMs, heard, samples, repeat } of events) {
        for (let time = 0; time < repeat; time += 1) {
          clockMs = Math.min(8e15, clockMs + stepMs);
          const senders = heard.map((instance) => ({ service: 'shop', instance, samples }));
          const drafts = [...hear(state, senders, clockMs), ...findMissing(state, () => policy).drafts];
          for (const { type, data } of drafts) {
            const { instance = '' } = data as { instance?: string };
            expect(open.has(instance)).toBe(type === 'anomaly.cleared');
            if (type === 'anomaly.cleared') open.delete(instance);
            else open.add(instance);
          }
        }
        const restored = restoreMissingData(JSON.parse(JSON.stringify(saveMissingData(state))));
        expect(restored).toEqual(state);
        state = restored;
      }
    }),
  );
});
