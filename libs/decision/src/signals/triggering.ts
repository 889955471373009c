import type { Incident, Signal, Target, TriggeringSignal } from '@cortex/contracts';
import type { Facts } from '../model/facts.ts';

/** What a plan is for, see `Remediation.signals`. */
const mostSignals = 500;

/** The active signals that a playbook on these targets is to end: of the targets or the whole service, and not raised for another playbook. */
export function triggeringSignals(
  { signals }: Pick<Incident, 'signals'>,
  playbookId: string,
  targets: readonly Target[],
  facts: Pick<Facts, 'playbooks'>,
): TriggeringSignal[] {
  return signals
    .filter((signal) => signal.active && isOnTarget(signal, targets))
    .filter((signal) => !speaksOfAnother(signal, playbookId, facts) && !informsOnly(signal))
    .slice(0, mostSignals)
    .map(({ key, kind, target, metric, labels, value, lower, upper, triggers, failingChecks }) => ({
      key,
      kind,
      target,
      ...(metric === undefined ? {} : { metric }),
      ...(labels === undefined ? {} : { labels }),
      ...(value === undefined ? {} : { value }),
      ...(lower === undefined ? {} : { lower }),
      ...(upper === undefined ? {} : { upper }),
      ...(triggers === undefined ? {} : { triggers }),
      ...(failingChecks === undefined ? {} : { failingChecks }),
    }));
}

/** A signal without an instance is of the whole service. */
export function isOnTarget({ target: { instance } }: Pick<Signal, 'target'>, targets: readonly Target[]): boolean {
  return instance === undefined || targets.some((target) => target.instance === instance);
}

/** A signal that another playbook's trigger raised is not what this one is for. */
export function speaksOfAnother(
  { triggers = [] }: Pick<Signal, 'triggers'>,
  playbookId: string,
  { playbooks }: Pick<Facts, 'playbooks'>,
): boolean {
  const known = triggers.filter((id) => playbooks.some((playbook) => playbook.id === id));
  return known.length > 0 && !known.includes(playbookId);
}

/** Rare, and nothing that a user would notice: it proves nothing and holds up nothing. */
export function informsOnly({ kind, harm, triggers = [] }: Pick<Signal, 'kind' | 'harm' | 'triggers'>): boolean {
  return kind === 'anomaly' && harm?.kind === 'none' && triggers.length === 0;
}
