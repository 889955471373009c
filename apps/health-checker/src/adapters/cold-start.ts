import type { Bus } from '@cortex/bus';
import { healthChecked } from '@cortex/contracts';

/** When no check has reported for so long, nobody watched. */
const awayMs = 60_000;

/** True when no health-checker has told of any result of late: Cortex, or the whole machine, has been away. */
export async function isColdStart(bus: Pick<Bus, 'read'>, now: Date): Promise<boolean> {
  let hasReported = false;
  let tell = (): void => undefined;
  const isKnown = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const reading = await bus.read({
    event: healthChecked,
    from: new Date(now.getTime() - awayMs),
    handle() {
      hasReported = true;
      tell();
    },
    onCaughtUp: () => tell(),
  });
  await isKnown;
  await reading.stop();
  return !hasReported;
}
