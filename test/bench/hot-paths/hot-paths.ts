import type { Table } from '../report.ts';
import { benchBus } from './bus.ts';
import { benchDetection } from './detection.ts';
import { benchEvents } from './events.ts';
import { benchSignals } from './signals.ts';

/** What every event and every sample goes through, each beside the least that anybody would need. */
export async function benchHotPaths(): Promise<readonly Table[]> {
  return [await benchBus(), benchDetection(), benchEvents(), benchSignals()];
}
