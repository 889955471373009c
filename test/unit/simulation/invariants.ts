import { decisionStepNames, targetKey } from '@cortex/contracts';
import type { CortexEvent, Incident, IncidentRecord, PlaybookPerformance } from '@cortex/contracts';
import { maxUnavailableOf, step } from '@cortex/decision';
import { markReported, stepEscalation } from '@cortex/escalation';
import type { EscalationRecord } from '@cortex/contracts';
import { playbooks, services } from './catalogue.ts';
import { escalationSettings } from './services/escalator.ts';
import { startMs } from './timeline.ts';
import type { Site } from './site.ts';
import type { Effect } from './world.ts';

/** Says what is wrong, or nothing. */
type Check = (site: Site) => readonly string[];

/** How soon the kill switch holds. */
const killSwitchWithinMs = 1_000;

/** What must be true of every run, whatever broke. */
export const invariants: Readonly<Record<string, Check>> = {
  'no handler breaks': ({ bus }) => bus.broken,
  'every incident ends, or is in the hands of a human': everyIncidentEnds,
  'no step takes effect twice within an execution': noEffectTwice,
  'never two executions at once on one target': neverTwoOnOneTarget,
  'never more instances at once than allowed': neverMoreThanAllowed,
  'no effect begins while the kill switch is on': noEffectUnderKillSwitch,
  'nothing begins on what is silenced': nothingBeginsInSilence,
  'nobody is called for what is silenced': nobodyIsCalledInSilence,
  'every effect has its intent before': ({ seen }) =>
    seen.filter((one) => one.invariant === 'every effect has its intent before').map((one) => one.what),
  'every effect has its result after': everyEffectHasItsResult,
  'every effect belongs to an attempt of a known incident': everyEffectIsKnown,
  'a rollback happens once and in reverse order': rollbackOnceInReverse,
  'protected targets are never touched': ({ world }) =>
    world.effects.filter(({ target }) => target.instance === 'cache-4').map(describe),
  'what needs approval runs only after it': approvalFirst,
  'every decision has nine steps in order': nineSteps,
  'success rests on evidence from after the effect': evidenceFromAfter,
  'every request for humans is told at each due level': everyEscalationIsTold,
  'every page is in the record of its incident': everyPageIsKnown,
  'an incident opens once and ends once': opensAndEndsOnce,
  'each execution counts once': countsOnce,
  'a replay of the log gives the same records': replays,
};

/** Every violation of one run, by invariant. */
export function violationsOf(site: Site): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const [name, check] of Object.entries(invariants)) {
    const violations = check(site);
    if (violations.length > 0) found.set(name, violations);
  }
  return found;
}

function incidentsOf(site: Site): Incident[] {
  return site.buckets.incidents.entries().map(({ value }) => value.incident);
}

function describe({ executionId, phase, step: number, action, target, run, appliedMs }: Effect): string {
  return `${phase} step ${number} ${action} on ${target.instance} of ${executionId.slice(-14)} by ${run} at ${(appliedMs - startMs) / 1_000} s`;
}

function everyIncidentEnds(site: Site): readonly string[] {
  const newest = new Set(site.buckets.openIncidents.entries().map(({ value }) => value.incidentId));
  return incidentsOf(site).flatMap((incident) => {
    const { id, status } = incident;
    if (status === 'resolved' || status === 'escalated') return [];
    if (!newest.has(id)) return [`${id} is ${status}, and another is the newest of ${incident.service}`];
    const hasTimer = site.buckets.timers
      .entries()
      .some(({ value }) => value.owner === 'decision' && value.payload['incidentId'] === id);
    const isWaiting = status === 'open' || status === 'awaiting_approval' || status === 'monitoring';
    const isToldOf = incident.escalations.length > 0;
    return isWaiting && hasTimer && isToldOf
      ? []
      : [`${id} of ${incident.service} is still ${status}, timer: ${hasTimer}, humans told: ${isToldOf}`];
  });
}

function placeOf(effect: Effect): string {
  return `${effect.executionId} ${effect.phase} ${effect.step} ${targetKey(effect.target)}`;
}

function noEffectTwice({ world }: Site): readonly string[] {
  const seen = new Set<string>();
  return world.effects.flatMap((effect) => {
    if (effect.isIdempotent) return [];
    const place = placeOf(effect);
    const isAgain = seen.has(place);
    seen.add(place);
    return isAgain ? [describe(effect)] : [];
  });
}

interface Window {
  readonly run: string;
  readonly target: string;
  readonly service: string;
  readonly fromMs: number;
  toMs: number;
}

/** From the first to the last effect of one run on one target. */
function windowsOf({ world }: Site): Window[] {
  const windows = new Map<string, Window>();
  for (const { run, target, appliedMs } of world.effects) {
    const key = `${run} ${targetKey(target)}`;
    const known = windows.get(key);
    if (known !== undefined) known.toMs = appliedMs;
    else
      windows.set(key, { run, target: targetKey(target), service: target.service, fromMs: appliedMs, toMs: appliedMs });
  }
  return [...windows.values()];
}

function overlap(left: Window, right: Window): boolean {
  return left.fromMs <= right.toMs && right.fromMs <= left.toMs;
}

function neverTwoOnOneTarget(site: Site): readonly string[] {
  const windows = windowsOf(site);
  return windows.flatMap((one, index) =>
    windows
      .slice(index + 1)
      .filter((other) => other.target === one.target && other.run !== one.run && overlap(one, other))
      .map((other) => `${one.run} and ${other.run} on ${one.target}`),
  );
}

function neverMoreThanAllowed(site: Site): readonly string[] {
  const windows = windowsOf(site);
  return windows.flatMap((one) => {
    const service = services.find(({ name }) => name === one.service);
    const limit = service === undefined ? 0 : maxUnavailableOf(service);
    const atOnce = windows.filter(
      (other) => other.service === one.service && other.fromMs <= one.fromMs && one.fromMs <= other.toMs,
    );
    const count = new Set(atOnce.map((other) => other.target)).size;
    return count > limit ? [`${count} of ${one.service} at once, ${limit} allowed`] : [];
  });
}

function noEffectUnderKillSwitch({ world, killSwitchOn }: Site): readonly string[] {
  return world.effects
    .filter(({ beganMs }) =>
      killSwitchOn.some(({ fromMs, untilMs }) => beganMs > fromMs + killSwitchWithinMs && beganMs < untilMs),
    )
    .map(describe);
}

/** What was accepted before a silence may have its first effect so long after it. */
const acceptedBeforeMs = 15_000;
/** How soon decision knows of a silence. */
const silenceKnownWithinMs = 1_000;

function isSilencedAt(
  { buckets }: Site,
  target: { readonly service: string; readonly instance?: string },
  atMs: number,
  withinMs: number,
): boolean {
  return buckets.silences.entries().some(({ value }) => {
    const endsMs = Date.parse(value.lifted?.at ?? value.endsAt);
    const isInside = atMs > Date.parse(value.startsAt) + withinMs && atMs < endsMs;
    return isInside && value.service === target.service && (value.instance ?? target.instance) === target.instance;
  });
}

function nothingBeginsInSilence(site: Site): readonly string[] {
  const begun = new Set<string>();
  return site.world.effects.flatMap((effect) => {
    if (begun.has(effect.executionId)) return [];
    begun.add(effect.executionId);
    return isSilencedAt(site, effect.target, effect.beganMs, acceptedBeforeMs) ? [describe(effect)] : [];
  });
}

function nobodyIsCalledInSilence(site: Site): readonly string[] {
  return site.bus.events('escalation.requested').flatMap(({ data }) => {
    const isExempt = data.urgent || data.escalationId.startsWith('breaker-');
    const isSilenced = isSilencedAt(
      site,
      { service: data.service },
      Date.parse(data.requestedAt),
      silenceKnownWithinMs,
    );
    return isSilenced && !isExempt ? [`${data.escalationId}: ${data.reason}`] : [];
  });
}

function everyEffectHasItsResult({ world, buckets }: Site): readonly string[] {
  return world.effects.flatMap((effect) => {
    const record = buckets.journal.get(effect.executionId)?.value;
    const entry = record?.entries.find(
      (one) =>
        one.phase === effect.phase &&
        one.step === effect.step &&
        one.attempt === effect.attempt &&
        targetKey(one.target) === targetKey(effect.target),
    );
    if (entry !== undefined && entry.status !== 'intent') return [];
    return [`${describe(effect)}: ${entry === undefined ? 'not in the journal' : 'its intent is still open'}`];
  });
}

function everyEffectIsKnown(site: Site): readonly string[] {
  const known = new Set(incidentsOf(site).flatMap(({ attempts }) => attempts.map(({ executionId }) => executionId)));
  return site.world.effects.filter(({ executionId }) => !known.has(executionId)).map(describe);
}

function rollbackOnceInReverse({ world, bus }: Site): readonly string[] {
  const undone = world.effects.filter(({ phase }) => phase === 'rollback');
  const problems = [...new Set(undone.map(({ executionId }) => executionId))].flatMap((executionId) => {
    const order = (phase: Effect['phase']): string[] => [
      ...new Set(
        world.effects
          .filter((effect) => effect.executionId === executionId && effect.phase === phase)
          .map(({ step: number, target }) => `${number} ${targetKey(target)}`),
      ),
    ];
    const back = order('rollback');
    const done = order('remediation').filter((place) => back.includes(place));
    const known = back.filter((place) => done.includes(place));
    const isReverse = JSON.stringify(known) === JSON.stringify(done.toReversed());
    return isReverse ? [] : [`${executionId} did ${done.join(', ')} and undid ${back.join(', ')}`];
  });
  const asked = bus.events('remediation.rollback.requested').map(({ data }) => data.executionId);
  const twice = asked.filter((executionId, index) => asked.indexOf(executionId) !== index);
  return [...problems, ...twice.map((executionId) => `the rollback of ${executionId} was asked for twice`)];
}

function approvalFirst({ world, bus }: Site): readonly string[] {
  const requests = new Map(bus.events('remediation.requested').map(({ data }) => [data.executionId, data]));
  const granted = new Map<string, number>();
  // Answered twice, the first answer counts.
  for (const { data, time } of bus.events('approval.granted').toReversed())
    granted.set(data.approvalId, Date.parse(time));
  return world.effects.flatMap((effect) => {
    const request = requests.get(effect.executionId);
    const playbook = playbooks.find(({ id }) => id === request?.playbook.id);
    if (playbook?.safety.requireApproval !== true || effect.phase === 'rollback') return [];
    const grantedMs = granted.get(request?.approvalId ?? '');
    return grantedMs !== undefined && grantedMs <= effect.beganMs ? [] : [describe(effect)];
  });
}

function nineSteps({ bus }: Site): readonly string[] {
  return bus.events('decision.made').flatMap(({ data: { decision } }) => {
    const names = decision.steps.map(({ name }) => name).join();
    const numbers = decision.steps.map((one) => one.step).join();
    return names === decisionStepNames.join() && numbers === '1,2,3,4,5,6,7,8,9' ? [] : [`${decision.id}: ${names}`];
  });
}

function evidenceFromAfter({ bus, world }: Site): readonly string[] {
  return bus.events('verification.completed').flatMap(({ data }) => {
    if (data.state !== 'SUCCESS') return [];
    const lastMs = Math.max(
      0,
      ...world.effects
        .filter(({ executionId, phase }) => executionId === data.executionId && phase === 'remediation')
        .map(({ appliedMs }) => appliedMs),
    );
    const name = `${data.executionId} is SUCCESS`;
    if (lastMs === 0) return [`${name} without an effect`];
    if (data.findings.length === 0) return [`${name} without a finding`];
    return data.findings
      .filter(({ verdict, at }) => verdict !== 'pass' || Date.parse(at) <= lastMs)
      .map(
        (finding) =>
          `${name} by ${finding.name}: ${finding.verdict} at ${finding.at}, the last effect at ${new Date(lastMs).toISOString()}`,
      );
  });
}

function everyEscalationIsTold(site: Site): readonly string[] {
  const { bus, buckets, pages, clock } = site;
  const missing = bus.events('escalation.requested').flatMap(({ data }) => {
    const record = buckets.escalations.get(data.incidentId)?.value;
    const isTaken = record?.requests.some(({ request }) => request.escalationId === data.escalationId) === true;
    if (!isTaken) return [`${data.escalationId} was never taken in`];
    const isTold = pages.some(
      (page) => page.incidentId === data.incidentId && page.atMs >= Date.parse(data.requestedAt),
    );
    const isOver = record?.status === 'resolved';
    return isTold || isOver ? [] : [`nobody was told of ${data.escalationId}: ${data.reason}`];
  });
  const late = buckets.escalations.entries().flatMap(({ key, value }) =>
    value.plan.flatMap((item) => {
      if (item.status === 'waiting')
        return item.dueAt < clock.now ? [`level ${item.level} of ${key} was due at ${item.dueAt}`] : [];
      if (item.status === 'skipped') return [];
      return item.notify.flatMap((contact) => {
        const isReached = pages.some(
          (page) => page.escalationId === item.escalationId && page.level === item.level && page.contact === contact,
        );
        const isWithdrawn = value.notifications.some(
          (page) => page.contact === contact && page.level === item.level && page.detail.startsWith('withdrawn'),
        );
        return isReached || isWithdrawn ? [] : [`${contact} never got level ${item.level} of ${item.escalationId}`];
      });
    }),
  );
  return [...missing, ...late];
}

/** Other than that, a page that a crash cut off would be sent under a key that nobody could tell for a repeat. */
function everyPageIsKnown({ pages, buckets }: Site): readonly string[] {
  return pages
    .filter(
      ({ incidentId, key }) =>
        buckets.escalations.get(incidentId)?.value.notifications.some((page) => page.key === key) !== true,
    )
    .map(({ key }) => `page ${key}`);
}

function opensAndEndsOnce(site: Site): readonly string[] {
  const { bus } = site;
  const count = (events: readonly CortexEvent<'incident.opened' | 'incident.resolved'>[], id: string): number =>
    events.filter(({ data }) => data.incident.id === id).length;
  const opened = bus.events('incident.opened');
  const resolved = bus.events('incident.resolved');
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

function countsOnce({ bus, buckets }: Site): readonly string[] {
  const ended = new Map(bus.events('remediation.completed').map(({ data }) => [data.executionId, data]));
  const verdicts = new Map<string, CortexEvent<'verification.completed'>['data']>();
  for (const { data } of bus.events('verification.completed')) {
    if (!verdicts.has(data.executionId)) verdicts.set(data.executionId, data);
  }
  return playbooks.flatMap(({ id }) => {
    const known = buckets.performance.get(id)?.value;
    const own = [...ended.values()].filter(({ playbook, outcome }) => playbook.id === id && outcome !== 'refused');
    const of = (state: string): number =>
      [...verdicts.values()].filter((one) => one.playbookId === id && one.state === state).length;
    const wanted: Partial<PlaybookPerformance> = {
      totalExecutions: own.length,
      effective: of('SUCCESS'),
      ineffective: of('FAILED') + own.filter(({ outcome }) => outcome === 'failed').length,
      uncertain: of('PARTIAL_SUCCESS') + of('UNCERTAIN') + own.filter(({ outcome }) => outcome === 'ambiguous').length,
    };
    return Object.entries(wanted).flatMap(([field, value]) => {
      const counted = known?.[field as keyof PlaybookPerformance] ?? 0;
      return counted === value ? [] : [`${field} of ${id} is ${String(counted)}, it should be ${String(value)}`];
    });
  });
}

function replays(site: Site): readonly string[] {
  if (!site.isReplayed) return [];
  return [...replayDecisions(site), ...replayEscalations(site)];
}

function replayDecisions({ decisions, buckets }: Site): readonly string[] {
  const records = new Map<string, IncidentRecord>();
  for (const { basedOn, input, facts, now } of decisions) {
    const before = basedOn === undefined ? undefined : records.get(basedOn);
    const { record } = step(before, input, facts, now);
    if (record !== undefined) records.set(record.incident.id, record);
  }
  return buckets.incidents
    .entries()
    .flatMap(({ key, value: { outbox: _outbox, ...stored } }) =>
      isEqual(records.get(key), stored) ? [] : [`incident ${key} comes out otherwise`],
    );
}

function replayEscalations({ escalations, buckets }: Site): readonly string[] {
  const records = new Map<string, EscalationRecord | undefined>();
  for (const { incidentId, input, now } of escalations) {
    const before = records.get(incidentId);
    if (input.kind === 'reported')
      records.set(incidentId, before === undefined ? before : markReported(before, input.keys));
    else records.set(incidentId, stepEscalation(before, input, escalationSettings, now).record);
  }
  return buckets.escalations
    .entries()
    .flatMap(({ key, value }) => (isEqual(records.get(key), value) ? [] : [`escalation ${key} comes out otherwise`]));
}

/** Key order is no difference. */
function isEqual(left: unknown, right: unknown): boolean {
  return (
    JSON.stringify(left) === JSON.stringify(right) || JSON.stringify(sorted(left)) === JSON.stringify(sorted(right))
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
