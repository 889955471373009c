import fc from 'fast-check';
import { setMaxListeners } from 'node:events';
import { expect, it } from 'vitest';
import { Slots, type Pace } from './slots.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);

it('runs no more tasks than there are slots, and only a part of them slow', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<Pace>('quick', 'slow'), { maxLength: 60 }),
      fc.integer({ min: 2, max: 8 }),
      fc.infiniteStream(fc.nat(1_000)),
      async (paces, limit, picks) => {
        const slowLimit = Math.ceil(limit / 2);
        const slots = new Slots(limit, slowLimit);
        const inside: { readonly pace: Pace; readonly leave: () => void }[] = [];
        let done = 0;
        const all = paces.map(async (pace) => {
          await slots.use(pace, never, () => new Promise((leave) => void inside.push({ pace, leave })));
          done += 1;
        });
        for (let round = 0; round < paces.length; round += 1) {
          await new Promise((resolve) => setImmediate(resolve));
          expect(inside.length).toBeLessThanOrEqual(limit);
          expect(inside.filter(({ pace }) => pace === 'slow').length).toBeLessThanOrEqual(slowLimit);
          const [gone] = inside.splice((picks.next().value ?? 0) % inside.length, 1);
          gone?.leave();
        }
        await Promise.all(all);
        expect(done).toBe(paces.length);
        expect(slots.busy).toBe(0);
      },
    ),
    { numRuns: 60 },
  );
});

it('starts quick tasks at once while any number of slow ones hang', async () => {
  const slots = new Slots(8, 4);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const hanging = Array.from({ length: 50 }, () =>
    slots.use('slow', stop.signal, () => new Promise((end) => stop.signal.addEventListener('abort', () => end()))),
  );
  let quick = 0;
  await Promise.all(Array.from({ length: 100 }, () => slots.use('quick', never, async () => void (quick += 1))));
  expect(quick).toBe(100);
  expect(slots.busy).toBe(4);
  // Waiting work is dropped, too.
  stop.abort();
  await Promise.all(hanging);
  expect(slots.busy).toBe(0);
});

it('frees the slot of a task that fails', async () => {
  const slots = new Slots(1, 1);
  const broken = () => Promise.reject(new Error('broken'));
  await expect(slots.use('quick', never, broken)).rejects.toThrow('broken');
  expect(slots.busy).toBe(0);
});
