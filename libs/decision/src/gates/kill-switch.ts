import type { GateResult } from '@cortex/contracts';
import { type GateQuestion, objects, passes } from './gate.ts';

/** A human stopped everything, or it cannot be known that none did. Reference INV-3. */
export function killSwitchGate({ facts }: Pick<GateQuestion, 'facts'>): GateResult {
  const state = facts.killSwitch;
  if (state === undefined)
    return objects(
      'kill_switch',
      'hold',
      'kill_switch_unreadable',
      'the kill switch cannot be read, which counts as on',
      {
        on: 'unreadable',
      },
    );
  const inputs = { on: state.on, by: state.by, at: state.at, reason: state.reason };
  if (state.on)
    return objects(
      'kill_switch',
      'hold',
      'kill_switch_on',
      `the kill switch is on, set by ${state.by}: ${state.reason}`,
      inputs,
    );
  return passes('kill_switch', 'the kill switch is off', inputs);
}
