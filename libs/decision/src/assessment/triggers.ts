import { type Condition, compileCondition, type ConditionVerdict } from '@cortex/conditions';
import { type Incident, type Playbook, type Signal, signalVariables } from '@cortex/contracts';
import type { Facts } from '../model/facts.ts';
import type { Memory } from '../model/memory.ts';
import { valuesOfSignal } from '../signals/variables.ts';
import { addMs } from '../time.ts';

const compiled = new WeakMap<Playbook, Condition>();
const texts = new WeakMap<Condition, ReadonlySet<string>>();
const asksAboutSignals = new Set<string>(signalVariables);

/** The compiled trigger; configurations are checked when they are loaded, so this does not throw on a loaded one. */
export function triggerOf(playbook: Playbook): Condition {
  const known = compiled.get(playbook);
  if (known !== undefined) return known;
  const condition = compileCondition(playbook.trigger.condition);
  compiled.set(playbook, condition);
  return condition;
}

function textsOf(condition: Condition): ReadonlySet<string> {
  const known = texts.get(condition);
  if (known !== undefined) return known;
  const named = new Set(condition.uses.flatMap((use) => use.texts.map(({ text }) => text)));
  texts.set(condition, named);
  return named;
}

function verdictOn(playbook: Playbook, incident: Incident, signal: Signal): ConditionVerdict {
  const condition = triggerOf(playbook);
  return condition.evaluate(valuesOfSignal(incident, signal, textsOf(condition))).verdict;
}

/** True when the decision judges this trigger: it asks about the signal itself, not only about metrics. */
function isJudgedHere(playbook: Playbook): boolean {
  return triggerOf(playbook).variables.some((name) => asksAboutSignals.has(name));
}

/** True when the playbook is for this service, in its environment. */
export function mayBeFor(
  { services, environments }: Playbook,
  { service }: Pick<Incident, 'service'>,
  facts: Facts,
): boolean {
  const environment = facts.services.get(service)?.environment ?? facts.environment;
  const isForService = services.length === 0 || services.includes(service);
  return isForService && (environments.length === 0 || environments.includes(environment));
}

export type TriggerState =
  | { readonly state: 'met' }
  /** True, but not yet for its whole duration. */
  | { readonly state: 'pending'; readonly metAt: string }
  | { readonly state: 'not_met'; readonly verdict: 'false' | 'no_data' };

/** Whether a playbook's trigger speaks of this signal, now. */
export function judgeTrigger(
  playbook: Playbook,
  incident: Incident,
  signal: Signal,
  memory: Memory,
  now: string,
): TriggerState {
  if (signal.triggers?.includes(playbook.id) === true) return { state: 'met' };
  const verdict = verdictOn(playbook, incident, signal);
  if (!isJudgedHere(playbook)) return { state: 'not_met', verdict: verdict === 'false' ? 'false' : 'no_data' };
  if (verdict !== 'true') return { state: 'not_met', verdict };
  const since = memory.triggerSince[triggerKey(playbook, signal)] ?? now;
  const metAt = addMs(since, playbook.trigger.durationMs);
  return Date.parse(metAt) <= Date.parse(now) ? { state: 'met' } : { state: 'pending', metAt };
}

/** Notes since when each trigger over signal variables has been true; what is false again is forgotten. */
export function trackTriggers(
  playbooks: readonly Playbook[],
  incident: Incident,
  before: Memory['triggerSince'],
  now: string,
): Memory['triggerSince'] {
  const since: Record<string, string> = {};
  for (const playbook of playbooks) {
    if (playbook.trigger.durationMs === 0 || !isJudgedHere(playbook)) continue;
    for (const signal of incident.signals) {
      if (!signal.active) continue;
      if (verdictOn(playbook, incident, signal) !== 'true') continue;
      const key = triggerKey(playbook, signal);
      since[key] = before[key] ?? (Date.parse(signal.detectedAt) < Date.parse(now) ? signal.detectedAt : now);
    }
  }
  return since;
}

function triggerKey(playbook: Playbook, signal: Signal): string {
  return `${playbook.id}|${signal.key}`;
}
