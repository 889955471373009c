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
  const setKillSwitch = async (on: boolean): Promise<void> => {
    const isWanted = wantedUntilMs > scheduler.nowMs;
    const last = site.killSwitchOn.at(-1);
    const isOn = last?.untilMs === Number.POSITIVE_INFINITY;
    if (on !== isWanted || on === isOn) return;
    if (!on && last !== undefined) last.untilMs = scheduler.nowMs;
    const state = { on, by: 'ann', reason: 'drill', at: scheduler.now };
    await insist(() => control.put(killSwitchKey, state));
    if (on) site.killSwitchOn.push({ fromMs: scheduler.nowMs, untilMs: Number.POSITIVE_INFINITY });
    site.trace(`the kill switch is ${on ? 'on' : 'off'}`);
    say(draft(controlChanged, { service: 'cortex', data: { ...state, control: 'kill_switch' } }));
  };
  /** Drills may overlap: it stays on until the last of them has ended. */
  const drill = (forMs: number): void => {
    const untilMs = scheduler.nowMs + forMs;
    wantedUntilMs = Math.max(wantedUntilMs, untilMs);
    switching = switching.then(() => setKillSwitch(true));
    scheduler.at(untilMs, () => (switching = switching.then(() => setKillSwitch(false))));
  };

  /** A request that fails is made anew: what is written says when it was written. */
  const tellOfSilence = async (make: () => Silence): Promise<Silence> => {
    let silence = make();
    await insist(() => {
      silence = make();
      return silences.put(silence.id, silence);
    });
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

  site.onStored = (_stream, subject, data) => {
    if (subject.startsWith('cortex.approval.requested.')) answer(JSON.parse(decoder.decode(data)));
  };
  const met = new Set<string>();
  site.onPage = (page) => {
    if (met.has(page.incidentId)) return;
    met.add(page.incidentId);
    react(page);
  };
  for (const { atMs, forMs } of schedule.killSwitch) scheduler.after(atMs, () => drill(forMs));
  for (const [index, wish] of schedule.silences.entries()) {
    const trouble = schedule.troubles[wish.trouble % schedule.troubles.length];
    const target = targets[(trouble?.target ?? 0) % targets.length];
    if (trouble === undefined || target === undefined) continue;
    scheduler.after(trouble.atMs + wish.afterMs, () => void silence(wish, target, index));
  }
}
