import { journalBucket, leaseBucket, reservationBucket, targetKey } from '@cortex/contracts';
import type { JournalEntry } from '@cortex/contracts';
import { protectedKeys } from '../catalogue.ts';
import type { Effect, Site } from '../site.ts';
import { describe, seen } from './invariant.ts';
import type { Invariants } from './invariant.ts';

/** How soon the kill switch holds. */
const killSwitchWithinMs = 1_000;
/** How exactly a process can know the server's time: half of the way there and back. */
const clockMs = 250;

/** What is done to targets, whatever breaks. */
export const ofEffects: Invariants = {
  'INV-1 never more instances at once than allowed': seen('INV-1 never more instances at once than allowed'),
  'INV-1 what serves stays while too many are down': seen('INV-1 what serves stays while too many are down'),
  'INV-1 what serves keeps no place': noPlaceOfWhatServes,
  'INV-2 never two executions at once on one target': neverTwoOnOneTarget,
  'INV-2 tokens of a target only grow': tokensGrow,
  'every effect is made under a lease': seen('every effect is made under a lease'),
  'every effect is within the budget of its service': seen('every effect is within the budget of its service'),
  'INV-3 no effect begins while the kill switch is on': noEffectUnderKillSwitch,
  'INV-7 every effect has its intent before': seen('every effect has its intent before'),
  'INV-7 every effect has its result after': everyEffectHasItsResult,
  'INV-7 what the journal calls done took effect': doneTookEffect,
  'what has expired is not begun': nothingExpiredBegins,
  'INV-6 nothing begins under an approval that is over': nothingUnapprovedBegins,
  'nothing begins where a pre-condition does not hold': preconditionsHold,
  'no hold outlives its execution': noHoldStays,
  'INV-9 no step takes effect twice within an execution': noEffectTwice,
  'INV-11 a rollback happens once, in reverse order, of what was done': rollbackOnceInReverse,
  'INV-14 protected targets are never touched': ({ effects }) =>
    effects.filter(({ target }) => protectedKeys.has(targetKey(target))).map(describe),
  'INV-8 every execution that began has ended': everyExecutionEnds,
};

interface Span {
  readonly run: string;
  readonly target: string;
  readonly fromMs: number;
  toMs: number;
}

/** From the first to the last effect of one holder on one target. */
function spansOf({ effects }: Site): readonly Span[] {
  const spans = new Map<string, Span>();
  for (const { run, target, beganMs, appliedMs = beganMs } of effects) {
    const key = `${run} ${targetKey(target)}`;
    const known = spans.get(key);
    if (known !== undefined) known.toMs = Math.max(known.toMs, appliedMs);
    else spans.set(key, { run, target: targetKey(target), fromMs: beganMs, toMs: appliedMs });
  }
  return [...spans.values()];
}

function neverTwoOnOneTarget(site: Site): readonly string[] {
  const spans = spansOf(site);
  return spans.flatMap((one, index) =>
    spans
      .slice(index + 1)
      .filter((other) => other.target === one.target && one.fromMs <= other.toMs && other.fromMs <= one.toMs)
      .map((other) => `${one.run} and ${other.run} on ${one.target}`),
  );
}

/** When nothing is left to happen, whoever awaited it has seen it. */
function noPlaceOfWhatServes(site: Site): readonly string[] {
  return site.values(reservationBucket).flatMap(([service, { reservations }]) =>
    reservations
      .filter(({ instance, until }) => until > site.scheduler.now && site.world.isServing({ service, instance }))
      // Taken by an executor that stood still while another ended the execution: only `until` ends it, after minutes.
      .filter(({ executionId, at }) => at <= (site.journalOf(executionId)?.completedAt ?? at))
      .map(({ instance, executionId }) => `${instance} is reserved by ${executionId}`),
  );
}

function tokensGrow({ effects }: Site): readonly string[] {
  const last = new Map<string, number>();
  return effects.flatMap((effect) => {
    const key = targetKey(effect.target);
    const before = last.get(key) ?? 0;
    last.set(key, Math.max(before, effect.token));
    return effect.token >= before ? [] : [`${describe(effect)}: after an effect under ${before}`];
  });
}

function noEffectUnderKillSwitch({ effects, killSwitchOn }: Site): readonly string[] {
  return effects
    .filter(({ beganMs }) =>
      killSwitchOn.some(({ fromMs, untilMs }) => beganMs > fromMs + killSwitchWithinMs && beganMs < untilMs),
    )
    .map(describe);
}

function placeOf({ executionId, phase, step, target }: Effect): string {
  return `${executionId} ${phase} ${step} ${targetKey(target)}`;
}

/** A failed attempt that changed nothing may be made again. */
function noEffectTwice({ effects }: Site): readonly string[] {
  const met = new Set<string>();
  return effects.flatMap((effect) => {
    if (effect.isIdempotent || effect.appliedMs === undefined) return [];
    const place = placeOf(effect);
    const isAgain = met.has(place);
    met.add(place);
    return isAgain ? [describe(effect)] : [];
  });
}

function entryOf(site: Site, effect: Effect): JournalEntry | undefined {
  return site
    .journalOf(effect.executionId)
    ?.entries.find(
      (one) =>
        one.phase === effect.phase &&
        one.step === effect.step &&
        one.attempt === effect.attempt &&
        targetKey(one.target) === targetKey(effect.target),
    );
}

/** What was concluded after a crash, from a look at the target, may be the work of another. */
function doneTookEffect(site: Site): readonly string[] {
  return site.effects.flatMap((effect) => {
    const result = entryOf(site, effect)?.result;
    const isToldDone = result?.outcome === 'succeeded' && !result.inferred;
    return isToldDone && effect.appliedMs === undefined ? [describe(effect)] : [];
  });
}

function nothingExpiredBegins({ effects }: Site): readonly string[] {
  return effects.filter((effect) => isBeginning(effect) && effect.beganMs > effect.expiresMs + clockMs).map(describe);
}

function nothingUnapprovedBegins({ effects }: Site): readonly string[] {
  return effects
    .filter((effect) => isBeginning(effect) && effect.beganMs > (effect.approvedUntilMs ?? Infinity) + clockMs)
    .map(describe);
}

function isBeginning({ isFirst, phase }: Effect): boolean {
  return isFirst && phase === 'remediation';
}

/** Nothing reached the target from before the execution was taken in up to its effect. */
function preconditionsHold({ effects }: Site): readonly string[] {
  return effects
    .filter(({ phase, acceptedMs, unreachableSinceMs }) => {
      return phase === 'remediation' && unreachableSinceMs !== undefined && unreachableSinceMs < acceptedMs;
    })
    .map(describe);
}

/** When nothing is left to happen, every execution has ended. */
function noHoldStays(site: Site): readonly string[] {
  return site
    .values(leaseBucket)
    .filter(([key]) => key.startsWith('target.'))
    .map(([key, { purpose }]) => `${key} is held for ${purpose}`);
}

function everyEffectHasItsResult(site: Site): readonly string[] {
  return site.effects.flatMap((effect) => {
    const entry = entryOf(site, effect);
    if (entry !== undefined && entry.status !== 'intent') return [];
    return [`${describe(effect)}: ${entry === undefined ? 'not in the journal' : 'its intent is still open'}`];
  });
}

function everyExecutionEnds(site: Site): readonly string[] {
  return site
    .values(journalBucket)
    .filter(([, { status }]) => status !== 'completed' && status !== 'rolled_back')
    .map(([key, { status }]) => `${key} is ${status}`);
}

function rollbackOnceInReverse(site: Site): readonly string[] {
  const { effects } = site;
  const order = (executionId: string, phase: Effect['phase']): string[] => [
    ...new Set(
      effects
        .filter((effect) => effect.executionId === executionId && effect.phase === phase)
        .map(({ step, target }) => `${step} ${targetKey(target)}`),
    ),
  ];
  const undone = effects.filter(({ phase }) => phase === 'rollback').map(({ executionId }) => executionId);
  const wrong = [...new Set(undone)].flatMap((executionId) => {
    const back = order(executionId, 'rollback');
    const done = order(executionId, 'remediation');
    const isReverse =
      JSON.stringify(back.filter((place) => done.includes(place))) ===
      JSON.stringify(done.filter((place) => back.includes(place)).toReversed());
    // Also what a crash left in doubt is undone: then the journal has it.
    const journaled = new Set(
      site
        .journalOf(executionId)
        ?.entries.filter((entry) => entry.phase === 'remediation' && entry.status !== 'intent')
        .map((entry) => `${entry.step} ${targetKey(entry.target)}`),
    );
    const isOfDone = back.every((place) => journaled.has(place));
    return isReverse && isOfDone ? [] : [`${executionId} did ${done.join(', ')} and undid ${back.join(', ')}`];
  });
  const asked = site.events('remediation.rollback.requested').map(({ data }) => data.executionId);
  // What a stop held is asked for again, each time once.
  const held = new Set(
    site
      .events('remediation.rolledback')
      .filter(({ data }) => data.outcome === 'stopped')
      .map(({ data }) => `${data.executionId} ${data.completedAt}`),
  );
  const heldOf = (executionId: string): number => [...held].filter((one) => one.startsWith(`${executionId} `)).length;
  const twice = [...new Set(asked)].filter(
    (executionId) => asked.filter((one) => one === executionId).length > 1 + heldOf(executionId),
  );
  return [...wrong, ...twice.map((executionId) => `the rollback of ${executionId} was asked for twice`)];
}
