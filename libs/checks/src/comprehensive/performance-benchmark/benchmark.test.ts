import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentile } from './percentile.ts';
import { createRequestBudget } from './request-budget.ts';

describe('a request budget', () => {
  it('is never exceeded, in whatever order the workers come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 40 }),
        fc.scheduler(),
        async (maxRequests, workers, scheduler) => {
          const budget = createRequestBudget(maxRequests);
          let sent = 0;
          const work = async (): Promise<void> => {
            while (budget.take()) {
              sent += 1;
              await scheduler.schedule(Promise.resolve());
            }
          };
          const all = Promise.all(Array.from({ length: workers }, work));
          await scheduler.waitFor(all);
          expect(sent).toBe(maxRequests);
          expect(budget.taken).toBe(maxRequests);
          expect(budget.take()).toBe(false);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('of %d is none', (maxRequests) => {
    expect(() => createRequestBudget(maxRequests)).toThrow('a budget is a count');
  });
});

describe('percentile', () => {
  it('is the smallest value that the given share does not exceed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true }), { minLength: 1 }),
        fc.integer({ min: 1, max: 100 }),
        (values, percent) => {
          const found = percentile(values, percent) ?? Number.NaN;
          const share = (limit: number) => (100 * values.filter((value) => value <= limit).length) / values.length;
          const below = values.filter((value) => value < found).length;
          expect(values).toContain(found);
          expect(share(found)).toBeGreaterThanOrEqual(percent - 1e-9);
          expect((100 * below) / values.length).toBeLessThan(percent);
        },
      ),
    );
  });

  it('of nothing is nothing', () => {
    expect(percentile([], 95)).toBeUndefined();
  });
});
