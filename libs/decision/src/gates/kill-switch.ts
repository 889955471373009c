import { type GateQuestion, gateResult } from './gate.ts';

/** A human stopped everything, or it cannot be known that none did. Reference INV-3. */
export function killSwitchGate({ facts }: GateQuestion) {
  const state = facts.killSwitch;
  if (state === undefined)
    return gateResult('kill_switch', 'hold', 'the kill switch cannot be read, which counts as on', {
      on: 'unreadable',
    });
  const inputs = { on: state.on, by: state.by, at: state.at, reason: state.reason };
  if (state.on) return gateResult('kill_switch', 'hold', `the kill switch is on: ${state.reason}`, inputs);
  return gateResult('kill_switch', 'pass', 'the kill switch is off', inputs);
}
