import type { Bus, Consumption } from '@cortex/bus';
import { controlChanged } from '@cortex/contracts';
import type { Brain } from '../brain.ts';
import { subscribe } from './subscribe.ts';

/** The kill switch was thrown: what it held is asked again. */
export function consumeControlChanged(bus: Bus, brain: Brain): Promise<Consumption> {
  return subscribe(bus, controlChanged, (event) => brain.takeForAll(event));
}
