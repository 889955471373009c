import { consumedBy } from '@cortex/contracts';
import type { AnyDraft, AppName, ConsumedBy, CortexEvent, EventDefinition, EventType } from '@cortex/contracts';
import type { Bus, HandlerContext, Subscription } from './ports.ts';

/** A service's reaction to an event. Drafts that it returns are published; then the event is acked. */
export type Route<Type extends EventType> = (
  event: CortexEvent<Type>,
  context: HandlerContext,
) => Promise<readonly AnyDraft[] | void>;

/** A route for every event that a service consumes by the contracts, and for no other. */
export type Routes<App extends AppName> = { readonly [Type in ConsumedBy<App>]: Route<Type> };

/** Starts the durable consumer of each route of a service. */
export async function consumeRoutes<App extends AppName>(
  bus: Pick<Bus, 'consume'>,
  app: App,
  routes: Routes<App>,
  options: { readonly key?: (event: CortexEvent) => string; readonly concurrency?: number } = {},
): Promise<void> {
  const start = async <Type extends ConsumedBy<App>>(event: EventDefinition<Type>): Promise<void> => {
    const take: Route<Type> = routes[event.type];
    const handle: Subscription<Type>['handle'] = async (one, context) => (await take(one, context)) ?? [];
    await bus.consume({ consumer: app, event, ...options, handle });
  };
  await Promise.all(consumedBy(app).map((event) => start(event)));
}
