import { compileCondition, type Condition } from '@cortex/conditions';
import { signalVariables, type AnomalySeverity, type Playbook } from '@cortex/contracts';

/** A condition over metrics that is an anomaly by the user's declaration when it holds on a series for its duration. */
export interface Trigger {
  readonly id: string;
  readonly condition: Condition;
  readonly durationMs: number;
  readonly severity: AnomalySeverity;
  /** Services that it watches; empty means all. */
  readonly services: readonly string[];
}

/** The triggers of the playbooks that are about metrics; those over signal variables are judged in the decision service. */
export function compileTriggers(
  playbooks: readonly Pick<Playbook, 'id' | 'trigger' | 'severity' | 'services'>[],
): readonly Trigger[] {
  const ofSignals: readonly string[] = signalVariables;
  return playbooks
    .map(({ id, trigger, severity, services }) => ({
      id,
      condition: compileCondition(trigger.condition),
      durationMs: trigger.durationMs,
      severity,
      services,
    }))
    .filter(
      ({ condition: { variables } }) => variables.length > 0 && !variables.some((name) => ofSignals.includes(name)),
    );
}

/** The triggers that a series can complete: its metric is named, its service is watched. */
export function triggersFor(
  triggers: readonly Trigger[],
  series: { readonly service: string; readonly metric: string },
): readonly Trigger[] {
  return triggers.filter(
    ({ condition, services }) =>
      condition.variables.includes(series.metric) && (services.length === 0 || services.includes(series.service)),
  );
}

/** Since when each trigger has held on a series without a break: epoch milliseconds by trigger id. */
export type TriggerTimes = Readonly<Record<string, number>>;

/** Between two samples further apart than this it is unknown whether a condition held; an older value is not current. */
export const currentForMs = 5 * 60_000;

export interface TriggerVerdict {
  readonly times: TriggerTimes;
  /** Held at this sample. */
  readonly violated: readonly Trigger[];
  /** Those that have held for their whole duration. */
  readonly held: readonly Trigger[];
}

/**
 * Evaluates the triggers of a series at one sample. A condition without data breaks a run, because it is unknown
 * whether it held.
 */
export function evaluateTriggers(
  triggers: readonly Trigger[],
  valueOf: (metric: string) => number | undefined,
  timeMs: number,
  previous: { readonly timeMs: number; readonly times: TriggerTimes } | undefined,
): TriggerVerdict {
  const isUnbroken = previous !== undefined && timeMs - previous.timeMs <= currentForMs;
  const violated = triggers.filter(({ condition }) => {
    const values = Object.fromEntries(condition.variables.map((name) => [name, valueOf(name)]));
    return condition.evaluate(values).verdict === 'true';
  });
  const times = Object.fromEntries(
    violated.map(({ id }) => [id, (isUnbroken ? previous.times[id] : undefined) ?? timeMs]),
  );
  return {
    times,
    violated,
    held: violated.filter(({ id, durationMs }) => timeMs - (times[id] ?? timeMs) >= durationMs),
  };
}
