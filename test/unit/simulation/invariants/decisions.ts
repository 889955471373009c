import { breakerBucket, decisionStepNames, incidentBucket, openIncidentBucket, timerBucket } from '@cortex/contracts';
import type { CortexEvent, Incident } from '@cortex/contracts';
import { configuration } from '../catalogue.ts';
import { isStray } from '../environment/strays.ts';
import type { Effect, Site } from '../site.ts';
import { describe, knowableMs, seen } from './invariant.ts';
import type { Invariants } from './invariant.ts';

/** Decision knows within this time that a breaker opened, and what was requested before may still begin. */
const breakerKnownWithinMs = 2_000;
/** And of the kill switch, once it can know. */
const killSwitchKnownWithinMs = 1_000;

/** What is decided, whatever breaks. */
export const ofDecisions: Invariants = {
  'INV-8 every incident ends, or is in the hands of a human': everyIncidentEnds,
  'INV-8 no open incident is ever without an end: a time, a next move, or a human who was told': seen(
    'no open incident is ever without an end',
  ),
  'an incident opens once and ends once': opensAndEndsOnce,
  'no event is stored twice': seen('no event is stored twice'),
  'INV-9 every effect belongs to an attempt of a known incident': everyEffectIsKnown,
  'INV-6 what needs approval runs only after it, as it was approved': approvalFirst,
  'INV-3 nothing is asked for while the kill switch is on': nothingIsAskedForUnderKillSwitch,
  'INV-12 an open breaker lets nothing through': openBreakerHolds,
  'INV-12 three failures in a row open the breaker': failuresOpenTheBreaker,
  'INV-12 a breaker takes for help what was proved to help': breakersKnowWhatHelped,
  'INV-13 a plan is no wider than its playbook': plansAreNotWider,
  'every decision has nine steps in order': nineSteps,
};

export function incidentsOf(site: Site): readonly Incident[] {
  return site.values(incidentBucket).map(([, { incident }]) => incident);
}

function everyIncidentEnds(site: Site): readonly string[] {
  const { tellWaitingMs } = configuration.safety;
  const newest = new Set(site.values(openIncidentBucket).map(([, { incidentId }]) => incidentId));
  const timers = site.values(timerBucket).map(([, timer]) => timer);
  return incidentsOf(site).flatMap((incident) => {
    const { id, status, service } = incident;
    if (status === 'resolved') return [];
    const isTold = incident.escalations.length > 0;
    const isClear = !incident.signals.some(({ active }) => active);
    if (status === 'escalated' && isClear) return [`${id} of ${service} is escalated, and nothing is wrong any more`];
    if (status === 'escalated') return isTold ? [] : [`${id} of ${service} is escalated, and nobody was told`];
    if (!newest.has(id)) return [`${id} is ${status}, and another is the newest of ${service}`];
    const hasTimer = timers.some(({ owner, payload }) => owner === 'decision' && payload['incidentId'] === id);
    const isWaiting = status === 'open' || status === 'awaiting_approval' || status === 'monitoring';
    // What is held is told after a time that follows its severity; the run may be over by then.
    const isToBeTold = site.scheduler.nowMs < Date.parse(incident.openedAt) + tellWaitingMs[incident.severity];
    return isWaiting && hasTimer && (isTold || isToBeTold)
      ? []
      : [`${id} of ${service} is still ${status}, timer: ${hasTimer}, humans told: ${isTold}`];
  });
}

function opensAndEndsOnce(site: Site): readonly string[] {
  const opened = site.events('incident.opened');
  const resolved = site.events('incident.resolved');
  const count = (events: readonly CortexEvent<'incident.opened' | 'incident.resolved'>[], id: string): number =>
    new Set(events.filter(({ data }) => data.incident.id === id).map((event) => event.id)).size;
  const records = new Map(incidentsOf(site).map((incident) => [incident.id, incident]));
  const wrong = [...records.values()].flatMap(({ id, status }) => {
    const [openings, endings] = [count(opened, id), count(resolved, id)];
    const wanted = status === 'resolved' ? 1 : 0;
    return openings === 1 && endings === wanted
      ? []
      : [`${id} is ${status}, opened ${openings} times, ended ${endings} times`];
  });
  const unknown = [...opened, ...resolved].filter(({ data }) => !records.has(data.incident.id));
  return [...wrong, ...unknown.map(({ type, data }) => `${type} of ${data.incident.id}, which no record knows`)];
}

function everyEffectIsKnown(site: Site): readonly string[] {
  const known = new Set(incidentsOf(site).flatMap(({ attempts }) => attempts.map(({ executionId }) => executionId)));
  return site.effects.filter(({ executionId }) => !known.has(executionId) && !isStray(executionId)).map(describe);
}

function approvalFirst(site: Site): readonly string[] {
  const requests = new Map(site.events('remediation.requested').map(({ data }) => [data.executionId, data]));
  const asked = new Map(site.events('approval.requested').map(({ data }) => [data.approval.approvalId, data.approval]));
  const granted = new Map<string, { readonly atMs: number; readonly planHash: string }>();
  // Answered twice, the first answer counts.
  for (const { data, time } of site.events('approval.granted').toReversed()) {
    granted.set(data.approvalId, { atMs: Date.parse(time), planHash: data.planHash });
  }
  return site.effects.flatMap((effect) => {
    const request = requests.get(effect.executionId);
    const playbook = configuration.playbooks.find(({ id }) => id === request?.playbook.id);
    if (playbook?.safety.requireApproval !== true || effect.phase === 'rollback') return [];
    const approval = granted.get(request?.approvalId ?? '');
    if (approval === undefined || approval.atMs > effect.beganMs) return [`${describe(effect)}: not approved`];
    const question = asked.get(request?.approvalId ?? '');
    return question?.planHash === approval.planHash ? [] : [`${describe(effect)}: another plan was approved`];
  });
}

function nothingIsAskedForUnderKillSwitch(site: Site): readonly string[] {
  return site.events('remediation.requested').flatMap(({ data: { executionId, requestedAt } }) => {
    const atMs = Date.parse(requestedAt);
    const isOn = site.killSwitchOn.some(({ fromMs, untilMs }) => {
      return atMs > knowableMs(site, fromMs, 'decision') + killSwitchKnownWithinMs && atMs < untilMs;
    });
    return isOn && !isStray(executionId) ? [`${executionId} at ${requestedAt}`] : [];
  });
}

function firstEffects(site: Site): readonly Effect[] {
  const met = new Set<string>();
  return site.effects.filter(({ executionId }) => {
    if (met.has(executionId)) return false;
    met.add(executionId);
    return true;
  });
}

function openBreakerHolds(site: Site): readonly string[] {
  const requests = new Map(site.events('remediation.requested').map(({ data }) => [data.executionId, data]));
  const opened = site.events('breaker.changed').filter(({ data }) => data.state === 'open');
  return firstEffects(site).flatMap((effect) => {
    const request = requests.get(effect.executionId);
    const since = opened.find(
      ({ data }) => data.playbookId === request?.playbook.id && data.service === request.targets[0]?.service,
    );
    if (request === undefined || since === undefined || isStray(effect.executionId)) return [];
    const isLate = Date.parse(request.requestedAt) > Date.parse(since.time) + breakerKnownWithinMs;
    return isLate ? [`${describe(effect)}: its breaker opened at ${since.time}`] : [];
  });
}

function failuresOpenTheBreaker(site: Site): readonly string[] {
  const limit = configuration.safety.breaker.consecutiveFailures;
  return site.values(breakerBucket).flatMap(([key, { state, outcomes }]) => {
    const last = outcomes.slice(-limit);
    const mustBeOpen = last.length === limit && last.every(({ effective }) => !effective);
    return mustBeOpen && state !== 'open' ? [`${key} is ${state} after ${limit} failures in a row`] : [];
  });
}

function breakersKnowWhatHelped(site: Site): readonly string[] {
  const verdicts = site.events('verification.completed').filter(({ data }) => data.state === 'SUCCESS');
  const proved = new Set(verdicts.map(({ data }) => data.executionId));
  return site
    .values(breakerBucket)
    .flatMap(([key, { outcomes }]) =>
      outcomes
        .filter(({ executionId, effective }) => effective && !proved.has(executionId))
        .map(({ executionId }) => `${key} counts ${executionId} for help`),
    );
}

function plansAreNotWider(site: Site): readonly string[] {
  return site.events('remediation.requested').flatMap(({ data: { executionId, playbook, targets } }) => {
    if (isStray(executionId)) return [];
    const configured = configuration.playbooks.find(({ id }) => id === playbook.id);
    if (JSON.stringify(configured) !== JSON.stringify(playbook))
      return [`${executionId} runs a changed ${playbook.id}`];
    const isOneEach = playbook.safety.blastRadius !== 'single_instance' || targets.length === 1;
    return isOneEach ? [] : [`${executionId} of ${playbook.id} has ${targets.length} targets`];
  });
}

function nineSteps(site: Site): readonly string[] {
  return site.events('decision.made').flatMap(({ data: { decision } }) => {
    const names = decision.steps.map(({ name }) => name).join();
    const numbers = decision.steps.map((one) => one.step).join();
    return names === decisionStepNames.join() && numbers === '1,2,3,4,5,6,7,8,9' ? [] : [`${decision.id}: ${names}`];
  });
}
