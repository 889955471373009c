import { consumedBy, type EventDraft } from '@cortex/contracts';
import { expect, test } from 'vitest';
import type { Subscription } from './ports.ts';
import { consumeRoutes, type Routes } from './routes.ts';
import { cleared } from './test/bus-fixture.ts';

const ignore = (): Promise<void> => Promise.resolve();
const learner: Routes<'learner'> = {
  'incident.resolved': ignore,
  'remediation.completed': () => Promise.resolve([cleared('shop', 'a-1')]),
  'remediation.rolledback': ignore,
  'verification.completed': ignore,
};

/** The subscriptions of a service, with everything that its routes return for any event. */
async function subscribed(routes: Routes<'learner'>): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const seen = new Map<string, readonly unknown[]>();
  const consume = async (subscription: Pick<Subscription<never>, 'consumer' | 'event' | 'handle'>) => {
    expect(subscription.consumer).toBe('learner');
    seen.set(subscription.event.type, await subscription.handle({} as never, {} as never));
    return { stop: ignore };
  };
  await consumeRoutes({ consume: consume as never }, 'learner', routes);
  return seen;
}

test('every event that the contracts name has a durable consumer, and what its route returns is published', async () => {
  const seen = await subscribed(learner);
  expect([...seen.keys()].toSorted()).toEqual(Object.keys(learner).toSorted());
  expect(seen.get('incident.resolved')).toEqual([]);
  expect((seen.get('remediation.completed') as readonly EventDraft[])[0]?.type).toBe('anomaly.cleared');
});

test('a service that acts on nothing has no routes', () => {
  expect(consumedBy('console')).toEqual([]);
});

test('a forgotten route does not compile, nor one that the contracts do not name', () => {
  const { 'verification.completed': verified, ...rest } = learner;
  // @ts-expect-error: the learner consumes verification.completed too
  const forgotten: Routes<'learner'> = rest;
  const unnamed: Routes<'learner'> = {
    ...rest,
    'verification.completed': verified,
    // @ts-expect-error: the learner does not consume timer.due
    'timer.due': ignore,
  };
  expect(Object.keys(unnamed)).toHaveLength(Object.keys(forgotten).length + 2);
});
