import { expect, test } from 'vitest';
import { compileCondition } from '@cortex/conditions';
import type { Signal } from '@cortex/contracts';
import { judgeTrigger } from '../assessment/triggers.ts';
import { readMemory } from '../model/memory.ts';
import { Scenario, makePlaybook } from '../testing/scenario.ts';
import { valuesOfSignal } from './variables.ts';

function failing(...checks: string[]) {
  const { incident, record, now } = new Scenario().health('shop-1', 'UNHEALTHY');
  const [first] = incident.signals;
  if (first === undefined || record === undefined) throw new Error('no signal');
  const signal: Signal = { ...first, failingChecks: checks };
  return { incident: { ...incident, signals: [signal] }, signal, memory: readMemory(record), now };
}

function stateOf(condition: string, ...checks: string[]): string {
  const { incident, signal, memory, now } = failing(...checks);
  return judgeTrigger(makePlaybook({ trigger: { condition } }), incident, signal, memory, now).state;
}

test.each([
  ['"shop-http" in failing_checks', 'met'],
  ['"shop-http:shop-1" in failing_checks', 'met'],
  ['"shop-http:shop-2" in failing_checks', 'not_met'],
  ['"shop" in failing_checks', 'not_met'],
])('a check of several instances goes by its name with or without the instance: %s', (condition, state) => {
  expect(stateOf(condition, 'shop-http:shop-1')).toBe(state);
});

test('is counted once, however it is named', () => {
  expect(stateOf('"shop-http" in failing_checks AND size(failing_checks) == 1', 'shop-http:shop-1')).toBe('met');
});

test('without names in the condition, checks are those of the event', () => {
  const { incident, signal } = failing('shop-http:shop-1');
  expect(valuesOfSignal(incident, signal)['failing_checks']).toEqual(['shop-http:shop-1']);
  expect(compileCondition('size(failing_checks) == 1').evaluate(valuesOfSignal(incident, signal)).verdict).toBe('true');
});
