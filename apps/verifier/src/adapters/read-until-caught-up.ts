import type { Bus, Consumption, Reading } from '@cortex/bus';
import type { EventType } from '@cortex/contracts';

/** Starts to read a stream and waits until everything that is in it now has been handled. The reading goes on. */
export async function readUntilCaughtUp<Type extends EventType>(
  bus: Pick<Bus, 'read'>,
  reading: Omit<Reading<Type>, 'onCaughtUp'>,
): Promise<Consumption> {
  let reached = (): void => undefined;
  const caughtUp = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const consumption = await bus.read({ ...reading, onCaughtUp: () => reached() });
  await caughtUp;
  return consumption;
}
