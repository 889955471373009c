import type { KillSwitch } from '@cortex/contracts';

/** The kill switch that provisioning writes where there never was one: off. */
export function firstKillSwitch(now: Date): KillSwitch {
  return { on: false, by: 'cortex provision', reason: 'First provisioning', at: now.toISOString() };
}

/** The one that it writes where the bucket was gone from a store that Cortex had used: it may have been on. */
export function lostKillSwitch(now: Date): KillSwitch {
  const reason = 'Its bucket was gone, so nobody knows whether it was on; breakers and silences may be gone too';
  return { on: true, by: 'cortex provision', reason, at: now.toISOString() };
}
