import type { AnomalySeverity, EventDraft } from '@cortex/contracts';
import { z } from 'zod';
import { Heartbeat } from './heartbeat.ts';
import type { MissingPolicy, Sender } from './missing-policy.ts';
import { missingCleared, missingDetected, missingGoesOn, missingId } from './missing-event.ts';
import { intervalsKept, paceOf, rememberLongest, type Pace } from './pace.ts';

const Saved = z.strictObject({ clockMs: z.number(), ranMs: z.number(), senders: z.array(Heartbeat) });

/**
 * The senders of a partition, how steadily they send, and which have stopped. Changed in place by {@link hear} and
 * {@link findMissing}.
 */
export interface MissingData {
  readonly senders: Map<string, Heartbeat>;
  clockMs: number;
  /**
   * How long the partition has been running: its clock, without the gaps in which no sender sent anything. Silence is
   * measured by it, so that an outage of the collector is no sender's fault.
   */
  ranMs: number;
}

/** The samples of one sender in one event. */
export interface Heard extends Sender {
  readonly samples: number;
}

/** A longer gap between two events of the partition counts as long as this. */
const longestStepMs = 30_000;
/** Samples closer together than this belong to one sending. */
const shortestIntervalMs = 1_000;
/** A sender must have been known for this long: short-lived jobs are not missed. */
const leastAcquaintanceMs = 30 * 60_000;
const forgottenAfterMs = 2 * 60 * 60_000;
/** Senders watched; further ones are never reported missing. */
export const maxSenders = 3_000;
const smoothing = 0.1;

export function emptyMissingData(): MissingData {
  return { senders: new Map(), clockMs: 0, ranMs: 0 };
}

/** Registers the senders of an event; their missing data is back. */
export function hear(state: MissingData, heard: Iterable<Heard>, clockMs: number): EventDraft[] {
  if (state.clockMs > 0) state.ranMs += Math.min(Math.max(0, clockMs - state.clockMs), longestStepMs);
  state.clockMs = Math.max(state.clockMs, clockMs);
  const drafts: EventDraft[] = [];
  for (const { service, instance, samples } of heard) {
    const sender = findOrAdd(state, { service, instance });
    if (sender === undefined) continue;
    const intervalMs = state.ranMs - sender.heardMs;
    if (intervalMs >= shortestIntervalMs) {
      sender.intervalsMs.push(Math.round(intervalMs));
      if (sender.intervalsMs.length > intervalsKept) sender.intervalsMs.shift();
      if (sender.open === undefined) sender.longestMs = rememberLongest(sender.longestMs, intervalMs);
      sender.usualSamples += smoothing * (sender.samples - sender.usualSamples);
      sender.samples = 0;
      sender.heardMs = state.ranMs;
    }
    sender.samples += samples;
    sender.heardAtMs = state.clockMs;
    if (sender.open === undefined) continue;
    drafts.push(missingCleared(sender, sender.open, state.clockMs, 'back_to_normal', 'samples arrive again'));
    delete sender.open;
  }
  return drafts;
}

function findOrAdd(state: MissingData, { service, instance }: Sender): Heartbeat | undefined {
  const key = `${service}|${instance ?? ''}`;
  const known = state.senders.get(key);
  if (known !== undefined || state.senders.size >= maxSenders) return known;
  const added: Heartbeat = {
    service,
    ...(instance === undefined ? {} : { instance }),
    sinceMs: state.ranMs,
    heardMs: state.ranMs,
    heardAtMs: state.clockMs,
    intervalsMs: [],
    longestMs: 0,
    usualSamples: 0,
    samples: 0,
  };
  state.senders.set(key, added);
  return added;
}

export interface MissingFound {
  readonly drafts: readonly EventDraft[];
  /** Severities of the anomalies that opened. */
  readonly opened: readonly AnomalySeverity[];
}

interface Watched {
  readonly sender: Heartbeat;
  readonly pace: Pace;
}

/** Reports senders that have been silent for clearly longer than their own pace, and ends those that are gone for good. */
export function findMissing(
  state: MissingData,
  policyOf: (sender: Sender) => MissingPolicy | undefined,
  repeatMs = Number.POSITIVE_INFINITY,
): MissingFound {
  const drafts = [...forget(state), ...repeatMissing(state, policyOf, repeatMs)];
  const opened: AnomalySeverity[] = [];
  const watched = [...state.senders.values()].flatMap((sender): Watched[] => {
    const pace = sender.open === undefined ? paceOf(sender.intervalsMs, sender.longestMs) : undefined;
    return pace === undefined || sender.heardMs - sender.sinceMs < leastAcquaintanceMs ? [] : [{ sender, pace }];
  });
  const late = watched.filter(({ sender, pace }) => state.ranMs - sender.heardMs > 1.5 * pace.longestMs).length;
  // When most are late at once the fault is on the way to the detector, not at the senders.
  if (late >= 2 && late > watched.length / 2) return { drafts, opened };
  for (const { sender, pace } of watched) {
    if (state.ranMs - sender.heardMs <= pace.limitMs) continue;
    const policy = policyOf(sender);
    if (policy === undefined) continue;
    const open = {
      id: missingId(sender),
      startedAtMs: sender.heardAtMs,
      goneAfterMs: policy.goneAfterMs,
      toldAtMs: state.clockMs,
    };
    sender.open = open;
    opened.push(policy.severity);
    drafts.push(missingDetected(sender, open, pace, policy, state.clockMs));
  }
  return { drafts, opened };
}

/** Says again who is still silent. */
function repeatMissing(
  { senders, clockMs }: MissingData,
  policyOf: (sender: Sender) => MissingPolicy | undefined,
  repeatMs: number,
): EventDraft[] {
  const drafts: EventDraft[] = [];
  for (const sender of senders.values()) {
    const { open } = sender;
    if (open === undefined || clockMs - open.toldAtMs < repeatMs) continue;
    const [policy, pace] = [policyOf(sender), paceOf(sender.intervalsMs, sender.longestMs)];
    if (policy === undefined || pace === undefined) continue;
    sender.open = { ...open, toldAtMs: clockMs };
    drafts.push(missingGoesOn(sender, open, pace, policy, clockMs));
  }
  return drafts;
}

/** Ends the anomalies of senders that are gone for good, and forgets the senders. */
function forget({ senders, ranMs, clockMs }: MissingData): EventDraft[] {
  const drafts: EventDraft[] = [];
  for (const [key, sender] of senders) {
    const { open } = sender;
    if (ranMs - sender.heardMs < (open?.goneAfterMs ?? forgottenAfterMs)) continue;
    if (open !== undefined)
      drafts.push(missingCleared(sender, open, clockMs, 'series_ended', 'it is gone for good, and forgotten'));
    senders.delete(key);
  }
  return drafts;
}

/** As JSON, and a copy: the state changes while it is being written. */
export function saveMissingData({ senders, clockMs, ranMs }: MissingData): z.infer<typeof Saved> {
  const copies = [...senders.values()].map((sender) => ({ ...sender, intervalsMs: [...sender.intervalsMs] }));
  return { clockMs, ranMs, senders: copies };
}

/** Undoes {@link saveMissingData}; nothing saved is an empty state. Throws on anything else. */
export function restoreMissingData(value: unknown): MissingData {
  if (value === undefined) return emptyMissingData();
  const { senders, clockMs, ranMs } = Saved.parse(value);
  return {
    clockMs,
    ranMs,
    senders: new Map(senders.map((sender) => [`${sender.service}|${sender.instance ?? ''}`, sender])),
  };
}
