import { type HealthState, type Incident, type Signal, targetKey } from '@cortex/contracts';
import type { Facts } from '../model/facts.ts';
import type { HarmVerdict } from '../model/assessment.ts';
import type { Memory } from '../model/memory.ts';
import { isTrouble } from '../signals/from-health.ts';
import { metricRaise } from './auto-escalation.ts';
import { judgeTrigger, mayBeFor } from './triggers.ts';

type Concerned = Pick<Incident, 'service' | 'signals' | 'harm'>;

/**
 * Whether users suffer, and why: a check fails, or an anomaly is beyond a limit. Rarity alone is no harm. Spec 5.1. Once
 * nothing is active any more, it is what it was.
 */
export function judgeHarm(incident: Incident, facts: Facts, memory: Memory, now: string): HarmVerdict {
  const active = incident.signals.filter((signal) => signal.active);
  const failing = failingInstances(incident, facts);
  const [anomaly] = active.filter((signal) => signal.kind === 'anomaly');
  if (active.length === 0)
    return { isHarmful: true, reason: 'nothing is known to be wrong', ...incident.harm, harmful: [] };
  if (failing.length > 0 || anomaly === undefined) {
    const reason = failing.length === 0 ? 'checks fail' : `checks fail: ${failing.slice(0, 5).join(', ')}`;
    return { isHarmful: true, reason, harmful: active };
  }
  const found = active.flatMap((signal) => {
    const reason = harmOfSignal(signal, incident, facts, memory, now);
    return reason === undefined ? [] : [{ signal, reason }];
  });
  const [first] = found;
  if (first !== undefined) {
    return { isHarmful: true, reason: first.reason, harmful: found.map(({ signal }) => signal) };
  }
  const reason = `rare, but nothing a user would notice: ${anomaly.harm?.reason ?? ''}; ${wordOfChecks(incident, facts)}`;
  return { isHarmful: false, reason, harmful: [] };
}

/** Why an anomaly is harm although no check fails; undefined when it is none. */
function harmOfSignal(
  signal: Signal,
  incident: Incident,
  facts: Facts,
  memory: Memory,
  now: string,
): string | undefined {
  const metric = signal.metric ?? 'it';
  const { kind, reason } = signal.harm ?? { kind: 'unjudged', reason: 'its harm was not judged' };
  switch (kind) {
    case 'limit':
    case 'alert':
    case 'unjudged':
      return `${metric}: ${reason}`;
    case 'silence':
      if (!isVouchedFor(signal, facts)) return `${reason}, and no check says that it works`;
      break;
    case 'none':
      break;
    default:
      kind satisfies never;
  }
  const raise = metricRaise(signal);
  if (raise !== undefined) return `${metric}: ${raise.reason}`;
  const playbook = facts.playbooks.find(
    (one) => mayBeFor(one, incident, facts) && judgeTrigger(one, incident, signal, memory, now).state === 'met',
  );
  return playbook === undefined ? undefined : `${metric}: the trigger of playbook ${playbook.id} holds`;
}

/** All checks of the instance, or of the service where no instance is named, have passed. */
function isVouchedFor({ target: { service, instance } }: Signal, facts: Facts): boolean {
  const { count, isPassing } = checksOf(service, facts, instance);
  return count > 0 && isPassing;
}

function wordOfChecks({ service }: Concerned, facts: Facts): string {
  const { count, isPassing } = checksOf(service, facts);
  if (count === 0) return 'no check looks at it';
  if (!isPassing)
    return count === 1 ? 'its check has not answered yet' : `not all of its ${count} checks have answered`;
  return count === 1 ? 'its check passes' : `all ${count} checks pass`;
}

function checksOf(service: string, facts: Facts, instance?: string): { count: number; isPassing: boolean } {
  const keys = (facts.services.get(service)?.instances ?? [])
    .filter(({ id }) => instance === undefined || id === instance)
    .map(({ id }) => targetKey({ service, instance: id }))
    .filter((key) => facts.checkedTargets.has(key));
  return {
    count: keys.reduce((sum, key) => sum + (facts.checkedTargets.get(key) ?? 0), 0),
    isPassing: keys.every((key) => facts.health.get(key)?.state === 'HEALTHY'),
  };
}

/** By their signals, or by the last known health. */
function failingInstances({ service, signals }: Concerned, facts: Facts): string[] {
  const bySignal = signals
    .filter(({ active, kind }) => active && kind === 'health')
    .map(({ target }) => target.instance);
  const known = (facts.services.get(service)?.instances ?? []).map(({ id }) => id);
  const byHealth = known.filter((id) => {
    const state: HealthState = facts.health.get(targetKey({ service, instance: id }))?.state ?? 'UNKNOWN';
    return isTrouble(state);
  });
  return [...new Set([...bySignal, ...byHealth])].filter((one) => one !== undefined);
}
