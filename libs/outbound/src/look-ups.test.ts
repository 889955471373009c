import type { LookupAddress } from 'node:dns';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LookUps } from './look-ups.ts';
import { LookUpsBusyError } from './look-ups-busy-error.ts';

const address: LookupAddress = { address: '192.0.2.1', family: 4 };

/** A system that answers a question when it is told to. */
function heldSystem() {
  const asked: { readonly name: string; readonly answer: (error?: Error) => void }[] = [];
  const ask = (name: string): Promise<readonly LookupAddress[]> =>
    new Promise((resolve, reject) => {
      const answer = (error?: Error): void => {
        asked.splice(asked.indexOf(question), 1);
        if (error === undefined) resolve([address]);
        else reject(error);
      };
      const question = { name, answer };
      asked.push(question);
    });
  return { asked, ask };
}

const limits = { atOnce: 4, slowAtOnce: 3, patienceMs: 5_000 };
const all = { all: true } as const;
const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks once for concurrent callers with the same name, and again for a later one', async () => {
  const { asked, ask } = heldSystem();
  const lookUps = new LookUps(ask, limits);
  const both = Promise.all([lookUps.find('shop.test', all), lookUps.find('SHOP.test', all)]);
  await settle();
  expect(asked).toHaveLength(1);
  asked[0]?.answer();
  expect(await both).toEqual([[address], [address]]);
  const later = lookUps.find('shop.test', all);
  await settle();
  expect(asked).toHaveLength(1);
  asked[0]?.answer();
  expect(await later).toEqual([address]);
});

it('does not share between questions that may have different answers', async () => {
  const { asked, ask } = heldSystem();
  const lookUps = new LookUps(ask, limits);
  for (const family of [0, 4, 6]) void lookUps.find('shop.test', { ...all, family });
  void lookUps.find('shop.test', { ...all, hints: 1024 });
  await settle();
  expect(asked).toHaveLength(4);
});

it('keeps a place for other names while any number of those that were slow are asked for', async () => {
  const { asked, ask } = heldSystem();
  const lookUps = new LookUps(ask, limits);
  const failed = () => expect.objectContaining({ code: 'EAI_AGAIN' });
  for (let index = 0; index < 10; index += 1) {
    const found = lookUps.find(`dead-${index}.test`, all);
    await vi.advanceTimersByTimeAsync(1_001);
    asked[0]?.answer(Object.assign(new Error('no answer'), { code: 'EAI_AGAIN' }));
    await expect(found).rejects.toEqual(failed());
  }
  const hanging = Array.from({ length: 10 }, (_, index) => lookUps.find(`dead-${index}.test`, all));
  const ended = Promise.allSettled(hanging);
  await settle();
  expect(asked).toHaveLength(3);
  const well = lookUps.find('well.test', all);
  await settle();
  expect(asked.at(-1)?.name).toBe('well.test');
  asked.at(-1)?.answer();
  expect(await well).toEqual([address]);
  expect(asked).toHaveLength(3);
  // Those that wait give up; those that were asked for end as the system ends them.
  await vi.advanceTimersByTimeAsync(limits.patienceMs);
  while (asked.length > 0) asked[0]?.answer();
  const reasons = (await ended).map((one) => (one.status === 'rejected' ? one.reason : undefined));
  expect(reasons.filter((reason) => reason instanceof LookUpsBusyError)).toHaveLength(7);
  expect(asked).toEqual([]);
});

it('lets a name be quick again once it was', async () => {
  const { asked, ask } = heldSystem();
  const lookUps = new LookUps(ask, { ...limits, atOnce: 2, slowAtOnce: 1 });
  const askedAtOnce = async (tookMs: number): Promise<number> => {
    const found = Promise.all(['a.test', 'b.test'].map((name) => lookUps.find(name, all)));
    await settle();
    const { length } = asked;
    while (asked.length > 0) {
      await vi.advanceTimersByTimeAsync(tookMs);
      asked.at(-1)?.answer();
      await settle();
    }
    await found;
    return length;
  };
  expect(await askedAtOnce(1_001)).toBe(2);
  expect(await askedAtOnce(5)).toBe(1);
  expect(await askedAtOnce(5)).toBe(2);
});

it('refuses more than a thousand names, or a thousand callers that wait for one', async () => {
  const { ask } = heldSystem();
  const names = new LookUps(ask, limits);
  for (let index = 0; index < 1_000; index += 1) names.find(`${index}.test`, all).catch(() => undefined);
  await expect(names.find('one-more.test', all)).rejects.toThrow(LookUpsBusyError);
  const waiting = new LookUps(ask, limits);
  for (let index = 0; index < 1_000; index += 1) void waiting.find('shop.test', all);
  await expect(waiting.find('shop.test', all)).rejects.toThrow(LookUpsBusyError);
});

it('never asks for more at once than it may, and answers everybody once', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('find' as const), name: fc.nat(9) }),
    fc.record({ do: fc.constant('answer' as const), pick: fc.nat(9), fails: fc.boolean() }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 900, 2_000, 6_000) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), async (steps, atOnce) => {
      const { asked, ask } = heldSystem();
      const lookUps = new LookUps(ask, { atOnce, slowAtOnce: Math.ceil(atOnce / 2), patienceMs: 5_000 });
      let [asking, answered] = [0, 0];
      const answer = (pick: number, fails: boolean): void =>
        asked[pick % Math.max(1, asked.length)]?.answer(fails ? new Error('no such name') : undefined);
      for (const one of steps) {
        if (one.do === 'find') {
          asking += 1;
          const count = (): void => void (answered += 1);
          lookUps.find(`${one.name}.test`, all).then(count, count);
        } else if (one.do === 'answer') answer(one.pick, one.fails);
        else vi.advanceTimersByTime(one.ms);
        await settle();
        expect(asked.length).toBeLessThanOrEqual(atOnce);
        expect(new Set(asked.map(({ name }) => name)).size).toBe(asked.length);
      }
      while (asked.length > 0) {
        answer(0, false);
        await settle();
      }
      expect(answered).toBe(asking);
      expect(vi.getTimerCount()).toBe(0);
    }),
    { numRuns: 100 },
  );
});
