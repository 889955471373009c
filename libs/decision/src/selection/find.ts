import type { CauseCategory, Playbook, playbookCategories, Signal } from '@cortex/contracts';
import { tokensOf } from '../assessment/root-cause.ts';
import { judgeTrigger, triggerOf } from '../assessment/triggers.ts';
import type { Match } from '../model/plan.ts';
import { type Work, activeSignals } from '../record/work.ts';
import { earliest } from '../time.ts';

export interface Search {
  /** Of every kind. */
  readonly matches: readonly Match[];
  /** When the first trigger that is true now will have held long enough. */
  readonly pendingUntil?: string;
  /** Playbooks of this service that were passed over, with why. */
  readonly passedOver: Readonly<Record<string, string>>;
}

/** Spec 3.2 categories that speak for a cause. An unknown cause has no generic playbook. */
const categoriesOf: Readonly<Record<CauseCategory, readonly (typeof playbookCategories)[number][]>> = {
  resource_exhaustion: ['infrastructure', 'kubernetes', 'database'],
  network: ['network', 'infrastructure'],
  application: ['application', 'kubernetes', 'infrastructure'],
  configuration: ['application', 'kubernetes', 'configuration'],
  dependency: ['database', 'network'],
  unknown: [],
};

/** Exact match before category match before what worked before. Spec 6.1 step 5. */
export function findPlaybooks(work: Work): Search {
  const passedOver: Record<string, string> = {};
  const exact: Match[] = [];
  const category: Match[] = [];
  const similar: Match[] = [];
  const pending: string[] = [];
  for (const playbook of work.facts.playbooks) {
    const out = whyOut(work, playbook);
    if (out !== undefined) {
      if (out !== 'other service') passedOver[playbook.id] = out;
      continue;
    }
    const judged = activeSignals(work.incident).map((signal) => ({
      signal,
      trigger: judgeTrigger(playbook, work.incident, signal, work.memory, work.now),
    }));
    const met = judged.filter(({ trigger }) => trigger.state === 'met').map(({ signal }) => signal);
    if (met.length > 0) {
      exact.push({ playbook, match: 'exact', signals: met });
      continue;
    }
    const soon = judged.flatMap(({ trigger }) => (trigger.state === 'pending' ? [trigger.metAt] : []));
    pending.push(...soon);
    const open = judged
      .filter(({ trigger }) => trigger.state === 'not_met' && trigger.verdict === 'no_data')
      .map(({ signal }) => signal);
    if (soon.length > 0) passedOver[playbook.id] = 'its trigger has not held for its duration yet';
    else if (open.length === 0) passedOver[playbook.id] = 'its trigger is false';
    else if (isGenericFor(work, playbook, open)) category.push({ playbook, match: 'category', signals: open });
    else if (workedBefore(work, playbook)) similar.push({ playbook, match: 'similar', signals: open });
    else passedOver[playbook.id] = 'neither its trigger nor its category fits';
  }
  const [first, ...others] = pending;
  return {
    // A playbook whose trigger is about to have held fits better than a generic one.
    matches: first === undefined ? [...exact, ...category, ...similar] : exact,
    passedOver,
    ...(first === undefined ? {} : { pendingUntil: earliest(first, ...others) }),
  };
}

function whyOut(work: Work, playbook: Playbook): string | undefined {
  const environment = work.service?.environment ?? work.facts.environment;
  if (playbook.services.length > 0 && !playbook.services.includes(work.incident.service)) return 'other service';
  if (playbook.environments.length > 0 && !playbook.environments.includes(environment)) {
    return `not for the environment ${environment}`;
  }
  return work.memory.excluded[playbook.id];
}

/**
 * A playbook of a fitting category is generic for a signal when its trigger cannot be judged from here and names a
 * metric of the same family: `memory_usage_percent > 90` for an anomaly of `memory_rss_bytes`, never a disk clean-up
 * for a busy processor.
 */
function isGenericFor(work: Work, playbook: Playbook, signals: readonly Signal[]): boolean {
  if (!categoriesOf[work.incident.cause].some((category) => category === playbook.category)) return false;
  const family = new Set(
    triggerOf(playbook)
      .variables.flatMap(tokensOf)
      .filter((token) => !unitWords.has(token)),
  );
  return signals.some((signal) => tokensOf(signal.metric ?? '').some((token) => family.has(token)));
}
const unitWords = new Set([
  'percent',
  'usage',
  'used',
  'bytes',
  'seconds',
  'ms',
  'count',
  'total',
  'rate',
  'ratio',
  'anomaly',
  'metric',
  'health',
  'state',
  'failing',
  'checks',
  'check',
  'types',
  'score',
  'severity',
  'kind',
  'direction',
  'avg',
  'max',
  'min',
  'p50',
  'p95',
  'p99',
  'free',
  'available',
]);

/** Confirmed on this service against this cause. */
export function workedBefore(work: Work, playbook: Playbook): boolean {
  return work.facts.history.some(
    (past) =>
      past.cause === work.incident.cause && past.uses.some((use) => use.confirmed && use.playbookId === playbook.id),
  );
}
