import { type GateResult, gateNames } from '@cortex/contracts';
import { approvalGate } from './approval.ts';
import { budgetGate } from './budget.ts';
import { type Gate, type GateQuestion, passes } from './gate.ts';
import { killSwitchGate } from './kill-switch.ts';
import { minimumHealthyGate } from './minimum-healthy.ts';
import { silenceGate } from './silence.ts';
import { startRateGate } from './start-rate.ts';
import { stormGate } from './storm.ts';
import { targetLockGate } from './target-lock.ts';
import { windowGate } from './window.ts';

const gates: readonly Gate[] = [
  silenceGate,
  killSwitchGate,
  stormGate,
  minimumHealthyGate,
  budgetGate,
  targetLockGate,
  windowGate,
  approvalGate,
  startRateGate,
];

/** Asks the gates in order, up to the first that does not let the plan through; the rest say that they were not asked. */
export function askGates(question: GateQuestion): GateResult[] {
  const results: GateResult[] = [];
  for (const gate of gates) {
    const result = gate(question);
    results.push(result);
    if (isInTheWay(result)) break;
  }
  return [...results, ...notReached(results.length, 'an earlier gate decided')];
}

/** `not_built` lets pass: it says openly that it could not judge. */
export function isInTheWay(result: GateResult): boolean {
  return result.verdict === 'hold' || result.verdict === 'refuse' || result.verdict === 'needs_approval';
}

export function notReached(from: number, reason: string): GateResult[] {
  return gateNames.slice(from).map((gate) => passes(gate, reason, {}, 'not_reached'));
}
