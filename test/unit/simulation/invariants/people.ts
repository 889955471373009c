import { escalationBucket, incidentBucket } from '@cortex/contracts';
import { isStray } from '../environment/strays.ts';
import type { Silenced, Site } from '../site.ts';
import { describe, knowableMs, seen } from './invariant.ts';
import type { Invariants } from './invariant.ts';

/** How soon a service knows of a silence, once it can know. */
const knownWithinMs = 1_000;

/** Whom Cortex calls, and whom it leaves alone. */
export const ofPeople: Invariants = {
  'nothing begins on what is silenced': nothingBeginsInSilence,
  'nothing is asked for on what is silenced': nothingIsAskedForInSilence,
  'nobody is called for what is silenced': nobodyIsCalledInSilence,
  'INV-8 every request for humans is told at each due level': everyEscalationIsTold,
  'the next level is told in time, whatever the store takes': theNextLevelIsToldInTime,
  'nobody is paged twice for one incident and level': nobodyIsPagedTwice,
  'whoever was paged hears of the end, once': whoeverWasPagedHearsOfTheEnd,
  'INV-9 every page is recorded before it is sent': seen('every page is recorded before it is sent'),
  'INV-9 every page is in the record of its incident, under its key': everyPageIsKnown,
};

/** Undefined instance: the whole service. A silence that nobody can read may hold anywhere. */
function isSilencedAt(
  site: Site,
  target: { readonly service: string; readonly instance?: string },
  atMs: number,
  knownTo: 'decision' | undefined,
  among: readonly Silenced[] = site.silenced,
): boolean {
  return among.some(({ service, instance, fromMs, untilMs }) => {
    const isInside =
      atMs > (knownTo === undefined ? fromMs : knowableMs(site, fromMs, knownTo)) + knownWithinMs && atMs < untilMs;
    if (!isInside || service === undefined) return isInside;
    return service === target.service && (instance ?? target.instance) === target.instance;
  });
}

/** What has had an effect before may be carried out. The executor asks the server, however blind it was before. */
function nothingBeginsInSilence(site: Site): readonly string[] {
  return site.effects
    .filter(({ phase, isFirst, target, beganMs }) => {
      return phase === 'remediation' && isFirst && isSilencedAt(site, target, beganMs, undefined);
    })
    .map(describe);
}

function nothingIsAskedForInSilence(site: Site): readonly string[] {
  return site.events('remediation.requested').flatMap(({ data: { executionId, targets, requestedAt } }) => {
    const isSilenced = targets.some((target) => isSilencedAt(site, target, Date.parse(requestedAt), 'decision'));
    return isSilenced && !isStray(executionId) ? [`${executionId} at ${requestedAt}`] : [];
  });
}

/** While a silence cannot be read, nothing is done, and people may hear of that; what others cover stays quiet. */
function nobodyIsCalledInSilence(site: Site): readonly string[] {
  const readable = site.silenced.filter(({ service }) => service !== undefined);
  return site.events('escalation.requested').flatMap(({ id, data }) => {
    const { service, requestedAt } = data;
    const isExempt = data.urgent || data.escalationId.startsWith('breaker-');
    // Decided and stored: between the two a silence may have begun, and the first is by the clock of who decided.
    const isSilenced = [Date.parse(requestedAt), site.storedAtMs(id)].every((atMs) =>
      isSilencedAt(site, { service }, atMs, 'decision', readable),
    );
    return isSilenced && !isExempt ? [`${data.escalationId}: ${data.reason}`] : [];
  });
}

function everyEscalationIsTold(site: Site): readonly string[] {
  const { pages } = site;
  const records = new Map(site.values(escalationBucket));
  const missing = site.events('escalation.requested').flatMap(({ data }) => {
    const record = records.get(data.incidentId);
    const isKnown = record?.requests.some(({ request }) => request.escalationId === data.escalationId) === true;
    if (!isKnown) return [`${data.escalationId} was never taken in`];
    const isNews = (request: typeof data): boolean =>
      data.asks === undefined ? request.severity <= data.severity : request.asks === data.asks;
    const sameNews = new Set(
      (record?.requests ?? []).flatMap(({ request }) => (isNews(request) ? [request.escalationId] : [])),
    );
    const isTold = pages.some(
      ({ page, atMs }) =>
        page.incidentId === data.incidentId &&
        (atMs >= Date.parse(data.requestedAt) || sameNews.has(page.escalationId)),
    );
    const isTaken = record?.status === 'resolved' || record?.status === 'acknowledged';
    return isTold || isTaken ? [] : [`nobody was told of ${data.escalationId}: ${data.reason}`];
  });
  // The end of a run may come between a level and its page.
  const lateSince = new Date(site.scheduler.nowMs - 2_000).toISOString();
  const late = [...records].flatMap(([key, record]) =>
    record.plan.flatMap((item) => {
      if (item.status === 'waiting')
        return item.dueAt < lateSince ? [`level ${item.level} of ${key} was due at ${item.dueAt}`] : [];
      if (item.status === 'skipped') return [];
      return item.notify.flatMap((contact) => {
        const isReached = pages.some(
          ({ page }) =>
            page.escalationId === item.escalationId && page.level === item.level && page.contact === contact,
        );
        const isWithdrawn = record.notifications.some(
          (page) => page.contact === contact && page.level === item.level && page.detail.startsWith('withdrawn'),
        );
        return isReached || isWithdrawn ? [] : [`${contact} never got level ${item.level} of ${item.escalationId}`];
      });
    }),
  );
  return [...missing, ...late];
}

/** The sweep looks after five seconds, and waits for a store that does not answer for some more. */
const inTimeMs = 25_000;

/** Where nothing befalls the escalator itself and each page arrives: only the store may fail it. */
function theNextLevelIsToldInTime(site: Site): readonly string[] {
  const { freezes, partitions, crashes, drains, serverCrashes, lostPages } = site.schedule;
  const ofEscalator = [...freezes, ...partitions, ...crashes, ...drains].some((one) => one.process === 'escalator');
  if (ofEscalator || serverCrashes.length > 0 || lostPages.length > 0) return [];
  return site.values(escalationBucket).flatMap(([key, { plan }]) =>
    plan.flatMap(({ escalationId, level, kind, dueAt, status }) => {
      if (status !== 'told' || kind !== 'page' || level < 2) return [];
      const own = site.pages.filter(({ page }) => page.escalationId === escalationId && page.kind === kind);
      const isKnown = own.some(({ page, atMs }) => page.level === level - 1 && atMs < Date.parse(dueAt));
      const firstMs = Math.min(...own.filter(({ page }) => page.level === level).map(({ atMs }) => atMs));
      const lateMs = firstMs - Date.parse(dueAt);
      return isKnown && Number.isFinite(lateMs) && lateMs > inTimeMs
        ? [`level ${level} of ${key} was told ${lateMs / 1_000} s late`]
        : [];
    }),
  );
}

/**
 * Other than that, a page that a crash cut off would be sent under a key that nobody could tell for a repeat. What was sent
 * while the store was away is lost with the process that had it to write down.
 */
function everyPageIsKnown(site: Site): readonly string[] {
  const records = new Map(site.values(escalationBucket));
  return site.pages
    .filter(({ page, unwrittenBy }) => {
      const isKnown = records.get(page.incidentId)?.notifications.some(({ key }) => key === page.dedupeKey) === true;
      return !isKnown && unwrittenBy?.isOver !== true;
    })
    .map(({ page }) => `page ${page.dedupeKey}`);
}

/** A higher severity, something else that is asked, and a reminder are told anew; nothing else is. */
function nobodyIsPagedTwice(site: Site): readonly string[] {
  const asked = new Map(site.events('escalation.requested').map(({ data }) => [data.escalationId, data.asks]));
  const keys = new Map<string, Set<string>>();
  for (const { page, unwrittenBy } of site.pages) {
    if (page.kind === 'resolved' || page.kind === 'reminder' || unwrittenBy?.isOver === true) continue;
    const { incidentId, contact, level, severity, escalationId, dedupeKey } = page;
    const about = `${contact} of ${incidentId}, level ${level}, ${severity}, ${asked.get(escalationId) ?? 'informed'}`;
    keys.set(about, (keys.get(about) ?? new Set()).add(dedupeKey));
  }
  return [...keys].flatMap(([about, known]) => (known.size > 1 ? [`${about}: ${[...known].join(', ')}`] : []));
}

function whoeverWasPagedHearsOfTheEnd(site: Site): readonly string[] {
  return site.values(incidentBucket).flatMap(([id, { incident }]) => {
    if (incident.status !== 'resolved') return [];
    const pages = site.pages.filter(({ page }) => page.incidentId === id);
    const paged = new Set(
      pages.flatMap(({ page, unwrittenBy }) =>
        page.kind === 'resolved' || unwrittenBy?.isOver === true ? [] : [page.contact],
      ),
    );
    return [...paged].flatMap((contact) => {
      const notices = pages.filter(({ page }) => page.kind === 'resolved' && page.contact === contact);
      const count = new Set(notices.map(({ page }) => page.dedupeKey)).size;
      return count === 1 ? [] : [`${contact} heard of the end of ${id} ${count} times`];
    });
  });
}
