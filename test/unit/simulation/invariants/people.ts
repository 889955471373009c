import { escalationBucket, silenceBucket } from '@cortex/contracts';
import type { Site } from '../site.ts';
import { describe } from './invariant.ts';
import type { Invariants } from './invariant.ts';

/** What was accepted before a silence may have its first effect so long after it. */
const acceptedBeforeMs = 15_000;
/** How soon decision knows of a silence, once it can know. */
const silenceKnownWithinMs = 1_000;

/** Whom Cortex calls, and whom it leaves alone. */
export const ofPeople: Invariants = {
  'nothing begins on what is silenced': nothingBeginsInSilence,
  'nobody is called for what is silenced': nobodyIsCalledInSilence,
  'INV-8 every request for humans is told at each due level': everyEscalationIsTold,
  'INV-9 every page is in the record of its incident, under its key': everyPageIsKnown,
};

function isSilencedAt(
  site: Site,
  target: { readonly service: string; readonly instance?: string },
  atMs: number,
  withinMs: number,
): boolean {
  return site.values(silenceBucket).some(([, silence]) => {
    const endsMs = Math.min(Date.parse(silence.endsAt), Date.parse(silence.lifted?.at ?? silence.endsAt));
    const isInside = atMs > knowableMs(site, Date.parse(silence.startsAt)) + withinMs && atMs < endsMs;
    return isInside && silence.service === target.service && (silence.instance ?? target.instance) === target.instance;
  });
}

/** When the last of those who decide could know what was written at a moment. */
function knowableMs(site: Site, atMs: number): number {
  return site.blind
    .filter(({ process }) => process === 'all' || process.startsWith('decision'))
    .toSorted((left, right) => left.fromMs - right.fromMs)
    .reduce((known, { fromMs, untilMs }) => (fromMs <= known && known < untilMs ? untilMs : known), atMs);
}

function nothingBeginsInSilence(site: Site): readonly string[] {
  const begun = new Set<string>();
  return site.effects.flatMap((effect) => {
    if (begun.has(effect.executionId)) return [];
    begun.add(effect.executionId);
    return isSilencedAt(site, effect.target, effect.beganMs, acceptedBeforeMs) ? [describe(effect)] : [];
  });
}

function nobodyIsCalledInSilence(site: Site): readonly string[] {
  return site.events('escalation.requested').flatMap(({ data }) => {
    const isExempt = data.urgent || data.escalationId.startsWith('breaker-');
    const requestedMs = Date.parse(data.requestedAt);
    const isSilenced = isSilencedAt(site, { service: data.service }, requestedMs, silenceKnownWithinMs);
    return isSilenced && !isExempt ? [`${data.escalationId}: ${data.reason}`] : [];
  });
}

function everyEscalationIsTold(site: Site): readonly string[] {
  const { pages } = site;
  const records = new Map(site.values(escalationBucket));
  const missing = site.events('escalation.requested').flatMap(({ data }) => {
    const record = records.get(data.incidentId);
    const isTaken = record?.requests.some(({ request }) => request.escalationId === data.escalationId) === true;
    if (!isTaken) return [`${data.escalationId} was never taken in`];
    const isTold = pages.some(
      ({ page, atMs }) => page.incidentId === data.incidentId && atMs >= Date.parse(data.requestedAt),
    );
    return isTold || record?.status === 'resolved' ? [] : [`nobody was told of ${data.escalationId}: ${data.reason}`];
  });
  const late = [...records].flatMap(([key, record]) =>
    record.plan.flatMap((item) => {
      if (item.status === 'waiting')
        return item.dueAt < site.scheduler.now ? [`level ${item.level} of ${key} was due at ${item.dueAt}`] : [];
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

/** Other than that, a page that a crash cut off would be sent under a key that nobody could tell for a repeat. */
function everyPageIsKnown(site: Site): readonly string[] {
  const records = new Map(site.values(escalationBucket));
  return site.pages
    .filter(
      ({ page }) => records.get(page.incidentId)?.notifications.some(({ key }) => key === page.dedupeKey) !== true,
    )
    .map(({ page }) => `page ${page.dedupeKey}`);
}
