import type { KillSwitch } from '@cortex/contracts';

/** What provisioning writes where there never was a kill switch: off. */
export function firstKillSwitch(now: Date): KillSwitch {
  return { on: false, by: 'cortex provision', reason: 'First provisioning', at: now.toISOString() };
}
