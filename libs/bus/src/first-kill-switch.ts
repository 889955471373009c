import type { KillSwitch } from '@cortex/contracts';

/** The kill switch that provisioning writes where there never was one: off. */
export function firstKillSwitch(now: Date): KillSwitch {
  return { on: false, by: 'cortex provision', reason: 'First provisioning', at: now.toISOString() };
}
