import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyedQueue } from './keyed-queue.ts';

test('tasks of one key run one at a time and in order, whatever the schedule; no key is kept', async () => {
  const tasks = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), fails: fc.boolean() }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(tasks, fc.scheduler(), async (list, scheduler) => {
      const queue = new KeyedQueue();
      const running = new Set<string>();
      const order: Record<string, number[]> = {};
      const work = list.map(({ key, fails }, index) =>
        queue.run(key, async () => {
          expect(running.has(key)).toBe(false);
          running.add(key);
          await scheduler.schedule(Promise.resolve(), `${key}${index}`);
          running.delete(key);
          (order[key] ??= []).push(index);
          if (fails) throw new Error('this one fails');
          return index;
        }),
      );
      const [results] = await Promise.all([Promise.allSettled(work), scheduler.waitFor(Promise.allSettled(work))]);
      for (const done of Object.values(order)) expect(done).toEqual([...done].sort((left, right) => left - right));
      expect(results.map((result) => result.status === 'rejected')).toEqual(list.map(({ fails }) => fails));
      expect(queue.size).toBe(0);
    }),
  );
});
