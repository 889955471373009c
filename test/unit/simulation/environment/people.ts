import {
  approvalDenied,
  approvalGranted,
  controlBucket,
  controlChanged,
  draft,
  escalationAcknowledged,
  incidentCloseRequested,
  killSwitchKey,
  silenceBucket,
} from '@cortex/contracts';
import type { CortexEvent, EventDraft, Silence, Target } from '@cortex/contracts';
import { pause } from '@cortex/runtime';
import { targets } from '../catalogue.ts';
import type { Schedule } from '../schedule.ts';
import type { Site } from '../site.ts';
import { neighbourOf } from './neighbour.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** People at the console, and on call: they answer questions, take incidents, repair and close, or do nothing at all. */
export async function gatherPeople(site: Site): Promise<void> {
  const { scheduler, schedule, world } = site;
  const { bus, runtime } = neighbourOf(site, '/cortex/console');
  const control = await bus.bucket(controlBucket);
  const silences = await bus.bucket(silenceBucket);
  const say = (event: EventDraft): void => void bus.publish(event);

  const answer = ({ data }: CortexEvent<'approval.requested'>): void => {
    const { answer: given, answerAfterMs } = schedule.people;
    if (given === 'silent') return;
    const { approvalId, planHash } = data.approval;
    const { incidentId, service } = data;
    const answered = { approvalId, incidentId, planHash, by: 'ann', comment: '' };
    const definition = given === 'grant' ? approvalGranted : approvalDenied;
    scheduler.after(answerAfterMs, () => say(draft(definition, { service, incidentId, data: answered })));
  };

  const react = ({ incidentId, service }: { readonly incidentId: string; readonly service: string }): void => {
    const { acknowledgeAfterMs, repairAfterMs, closeAfterMs } = schedule.people;
    const words = { incidentId, by: 'ann', comment: '' };
    if (repairAfterMs !== undefined) {
      scheduler.after(repairAfterMs, () => {
        site.trace(`a human repairs ${service}`);
        for (const target of targets) if (target.service === service) world.repair(target);
      });
    }
    if (acknowledgeAfterMs === undefined) return;
    scheduler.after(acknowledgeAfterMs, () => {
      say(draft(escalationAcknowledged, { service, incidentId, data: { ...words, at: scheduler.now } }));
      if (closeAfterMs === undefined) return;
      scheduler.after(closeAfterMs, () => say(draft(incidentCloseRequested, { service, incidentId, data: words })));
    });
  };

  /** Whoever stands at the console tries again until it is done. */
  const insist = async (write: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      try {
        await write();
        return;
      } catch {
        await pause(runtime, 1_000);
      }
    }
  };
  let switching = Promise.resolve();
  let wantedUntilMs = 0;
  const setKillSwitch = async (on: boolean, write?: () => Promise<unknown>): Promise<void> => {
    const isWanted = wantedUntilMs > scheduler.nowMs;
    const last = site.killSwitchOn.at(-1);
    const isOn = last?.untilMs === Number.POSITIVE_INFINITY;
    if (on !== isWanted || on === isOn) return;
    if (!on && last !== undefined) last.untilMs = scheduler.nowMs;
    const state = { on, by: 'ann', reason: 'drill', at: scheduler.now };
    await insist(write ?? (() => control.put(killSwitchKey, state)));
    if (on) site.killSwitchOn.push({ fromMs: scheduler.nowMs, untilMs: Number.POSITIVE_INFINITY });
    site.trace(`the kill switch is ${on ? 'on' : 'off'}${write === undefined ? '' : ', since nobody can read it'}`);
    if (write === undefined)
      say(draft(controlChanged, { service: 'cortex', data: { ...state, control: 'kill_switch' } }));
  };
  /** Drills may overlap: it stays on until the last of them has ended. */
  const drill = (forMs: number, write?: () => Promise<unknown>): void => {
    const untilMs = scheduler.nowMs + forMs;
    wantedUntilMs = Math.max(wantedUntilMs, untilMs);
    switching = switching.then(() => setKillSwitch(true, write));
    scheduler.at(untilMs, () => (switching = switching.then(() => setKillSwitch(false))));
  };

  const endSilence = (id: string): void => {
    const silenced = site.silenced.find((one) => one.id === id);
    if (silenced !== undefined) silenced.untilMs = Math.min(silenced.untilMs, scheduler.nowMs);
  };
  /** A request that fails is made anew: what is written says when it was written. */
  const tellOfSilence = async (make: () => Silence): Promise<Silence> => {
    let silence = make();
    // What is lifted may be forgotten before it is known to be written; what is set is not known before.
    if (silence.lifted !== undefined) endSilence(silence.id);
    await insist(() => {
      silence = make();
      return silences.put(silence.id, silence);
    });
    if (silence.lifted === undefined) {
      const { id, service, instance, endsAt } = silence;
      site.silenced.push({ id, service, instance, fromMs: scheduler.nowMs, untilMs: Date.parse(endsAt) });
    }
    const action = silence.lifted === undefined ? ('created' as const) : ('lifted' as const);
    site.trace(`a silence of ${silence.service} is ${action}`);
    const data = { control: 'silence' as const, action, silence };
    say(draft(controlChanged, { service: silence.service, data }));
    return silence;
  };
  const silence = async (
    { isWhole, forMs, liftAfterMs }: Schedule['silences'][number],
    { service, instance }: Target,
    index: number,
  ): Promise<void> => {
    const set = await tellOfSilence(() => ({
      id: String(index).padStart(12, '0'),
      service,
      ...(isWhole ? {} : { instance }),
      startsAt: scheduler.now,
      endsAt: new Date(scheduler.nowMs + forMs).toISOString(),
      by: 'ann',
      reason: 'drill',
      createdAt: scheduler.now,
    }));
    if (liftAfterMs === undefined || liftAfterMs >= forMs) return;
    scheduler.after(
      liftAfterMs,
      () => void tellOfSilence(() => ({ ...set, lifted: { by: 'ann', at: scheduler.now } })),
    );
  };

  /** Writes what no schema takes, past the bus. */
  const garble = async (bucket: string, key: string): Promise<void> => {
    site.server.publish(`$KV.${bucket}.${key}`, encoder.encode('garbled'), { msgID: `${key} ${scheduler.nowMs}` });
  };
  const spoil = async ({ record, isGone, forMs }: Schedule['spoiled'][number], index: number): Promise<void> => {
    if (record === 'kill_switch') {
      drill(forMs, () => (isGone ? control.delete(killSwitchKey) : garble(controlBucket.name, killSwitchKey)));
      return;
    }
    const id = `garbled-${index}`;
    await insist(() => garble(silenceBucket.name, id));
    site.trace('a silence cannot be read');
    const silenced = { id, service: undefined, instance: undefined, fromMs: scheduler.nowMs };
    site.silenced.push({ ...silenced, untilMs: scheduler.nowMs + forMs });
    scheduler.after(forMs, () => void insist(() => silences.delete(id)));
  };

  site.onStored = (_stream, subject, data) => {
    if (subject.startsWith('cortex.approval.requested.')) answer(JSON.parse(decoder.decode(data)));
  };
  const met = new Set<string>();
  site.onPage = (page) => {
    if (page.kind === 'resolved' || met.has(page.incidentId)) return;
    met.add(page.incidentId);
    react(page);
  };
  for (const [index, what] of schedule.spoiled.entries()) scheduler.after(what.atMs, () => void spoil(what, index));
  for (const { atMs, forMs } of schedule.killSwitch) scheduler.after(atMs, () => drill(forMs));
  for (const [index, wish] of schedule.silences.entries()) {
    const trouble = schedule.troubles[wish.trouble % schedule.troubles.length];
    const target = targets[(trouble?.target ?? 0) % targets.length];
    if (trouble === undefined || target === undefined) continue;
    scheduler.after(trouble.atMs + wish.afterMs, () => void silence(wish, target, index));
  }
}
