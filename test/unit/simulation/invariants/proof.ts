import { healthBucket, playbookPerformanceBucket, targetKey } from '@cortex/contracts';
import type { CortexEvent, PlaybookPerformance } from '@cortex/contracts';
import { configuration } from '../catalogue.ts';
import type { Site } from '../site.ts';
import type { Invariants } from './invariant.ts';

/** What is proved and learned, and whether the services themselves stay well. */
export const ofProof: Invariants = {
  'no handler breaks': noDeadLetters,
  'INV-10 success rests on evidence from after the effect': evidenceFromAfter,
  'INV-10 success has seen each signal gone that led to it': eachSignalIsSeenGone,
  'INV-8 every remediation that succeeded is verified once': verifiedOnce,
  'each execution counts once': countsOnce,
  'every change of health is told': everyChangeIsTold,
};

function noDeadLetters(site: Site): readonly string[] {
  return [...site.server.messages('DEAD_LETTERS')].map(
    ({ headers }) => `${headers?.get('Cortex-Consumer')}: ${headers?.get('Cortex-Detail')}`,
  );
}

/** After a crash the step was found done, by whomever: the effect of another on the same target looks the same. */
function isFoundDone(site: Site, executionId: string, key: string): boolean {
  return (site.journalOf(executionId)?.entries ?? []).some(
    ({ target, result }) => result?.inferred === true && targetKey(target) === key,
  );
}

function evidenceFromAfter(site: Site): readonly string[] {
  return site.events('verification.completed').flatMap(({ id, data }) => {
    if (data.state !== 'SUCCESS') return [];
    const applied = site.effects
      .filter(
        ({ executionId, phase, target, beganMs }) =>
          (executionId === data.executionId && phase === 'remediation') ||
          (beganMs < site.storedAtMs(id) && isFoundDone(site, data.executionId, targetKey(target))),
      )
      .map(({ appliedMs }) => appliedMs ?? 0);
    const lastMs = Math.max(0, ...applied);
    const name = `${data.executionId} is SUCCESS`;
    if (lastMs === 0) return [`${name} without an effect`];
    if (data.findings.length === 0) return [`${name} without a finding`];
    return data.findings
      .filter(({ verdict, at }) => verdict !== 'pass' || Date.parse(at) <= lastMs)
      .map(
        ({ name: finding, verdict, at }) =>
          `${name} by ${finding}: ${verdict} at ${at}, the last effect at ${new Date(lastMs).toISOString()}`,
      );
  });
}

function eachSignalIsSeenGone(site: Site): readonly string[] {
  const requests = new Map(site.events('remediation.requested').map(({ data }) => [data.executionId, data]));
  return site.events('verification.completed').flatMap(({ data: { executionId, state, findings } }) => {
    if (state !== 'SUCCESS') return [];
    const gone = new Set(findings.filter(({ verdict }) => verdict === 'pass').map(({ evidence }) => evidence['key']));
    const signals = requests.get(executionId)?.signals ?? [];
    return signals
      .filter(({ key }) => !gone.has(key))
      .map(({ key }) => `${executionId} is SUCCESS, and nobody saw ${key} gone`);
  });
}

function verifiedOnce(site: Site): readonly string[] {
  const verdicts = site.events('verification.completed').map(({ data }) => data.executionId);
  const twice = verdicts.filter((executionId, index) => verdicts.indexOf(executionId) !== index);
  const missing = site
    .events('remediation.completed')
    .filter(({ data }) => data.outcome === 'succeeded' && !verdicts.includes(data.executionId))
    .map(({ data }) => data.executionId);
  const inVain = site
    .events('remediation.completed')
    .filter(({ data }) => data.outcome !== 'succeeded' && verdicts.includes(data.executionId))
    .map(({ data }) => data.executionId);
  return [
    ...twice.map((id) => `${id} has two verdicts`),
    ...missing.map((id) => `${id} has no verdict`),
    ...inVain.map((id) => `${id} has a verdict, and has not succeeded`),
  ];
}

function countsOnce(site: Site): readonly string[] {
  // What was counted before is in the quarantine, and the count begins anew.
  if (site.schedule.garbled.some(({ bucket }) => bucket === playbookPerformanceBucket.name)) return [];
  const ended = new Map(site.events('remediation.completed').map(({ data }) => [data.executionId, data]));
  const verdicts = new Map<string, CortexEvent<'verification.completed'>['data']>();
  for (const { data } of site.events('verification.completed')) {
    if (!verdicts.has(data.executionId)) verdicts.set(data.executionId, data);
  }
  const known = new Map(site.values(playbookPerformanceBucket).map(([, value]) => [value.playbookId, value]));
  return configuration.playbooks.flatMap(({ id }) => {
    const own = [...ended.values()].filter(
      ({ playbook, outcome }) => playbook.id === id && outcome !== 'refused' && outcome !== 'stopped',
    );
    const of = (state: string): number =>
      [...verdicts.values()].filter((one) => one.playbookId === id && one.state === state).length;
    const wanted: Partial<PlaybookPerformance> = {
      totalExecutions: own.length,
      effective: of('SUCCESS'),
      ineffective: of('FAILED') + own.filter(({ outcome }) => outcome === 'failed').length,
      uncertain: of('PARTIAL_SUCCESS') + of('UNCERTAIN') + own.filter(({ outcome }) => outcome === 'ambiguous').length,
    };
    return Object.entries(wanted).flatMap(([field, value]) => {
      const counted = known.get(id)?.[field as keyof PlaybookPerformance] ?? 0;
      return counted === value ? [] : [`${field} of ${id} is ${String(counted)}, it should be ${String(value)}`];
    });
  });
}

/** The last that was told of a target is what its record says. */
function everyChangeIsTold(site: Site): readonly string[] {
  const told = new Map(site.events('health.changed').map(({ data }) => [targetKey(data.target), data]));
  return site.values(healthBucket).flatMap(([key, { change }]) => {
    const last = told.get(key);
    const isTold = change === undefined || (last?.to === change.to && last.since === change.since);
    return isTold ? [] : [`${key} is ${change.to} since ${change.since}, and told to be ${last?.to}`];
  });
}
