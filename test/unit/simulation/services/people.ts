import {
  approvalDenied,
  approvalGranted,
  approvalRequested,
  controlChanged,
  escalationAcknowledged,
  incidentCloseRequested,
} from '@cortex/contracts';
import type { CortexEvent, Silence, Target } from '@cortex/contracts';
import { targets } from '../catalogue.ts';
import type { Process } from '../process.ts';
import type { ReceivedPage, Site } from '../site.ts';

/** People at the console, and on call: they answer questions, take incidents, repair and close, or do nothing at all. */
export function startPeople(site: Site, process: Process): void {
  const { bus, clock, schedule, buckets } = site;
  buckets.control.put('kill-switch', { on: false, by: 'setup', reason: 'provisioned', at: clock.now });
  bus.read(process, (event) => {
    if (event.type === approvalRequested.type) answer(site, event as CortexEvent<'approval.requested'>);
  });
  const met = new Set<string>();
  site.onPage = (page) => {
    if (met.has(page.incidentId)) return;
    met.add(page.incidentId);
    react(site, page);
  };
  schedule.silences.forEach((wish, index) => {
    const trouble = schedule.troubles[wish.trouble % schedule.troubles.length];
    const target = targets[(trouble?.target ?? 0) % targets.length];
    if (trouble !== undefined && target !== undefined)
      clock.after(trouble.atMs + wish.afterMs, () => silence(site, wish, target, index));
  });
  for (const { atMs, forMs } of schedule.killSwitch) {
    clock.after(atMs, () => setKillSwitch(site, true, clock.nowMs + forMs));
  }
}

function answer({ bus, clock, schedule }: Site, { data }: CortexEvent<'approval.requested'>): void {
  const { answer: given, answerAfterMs } = schedule.people;
  if (given === 'silent') return;
  const { approvalId, planHash } = data.approval;
  const { incidentId, service } = data;
  clock.after(answerAfterMs, () => {
    const type = given === 'grant' ? approvalGranted.type : approvalDenied.type;
    const answered = { approvalId, incidentId, planHash, by: 'ann', comment: '' };
    bus.store({ type, service, incidentId, data: answered }, undefined, 'console');
  });
}

function react(site: Site, { incidentId, service }: ReceivedPage): void {
  const { bus, clock, world, schedule } = site;
  const { acknowledgeAfterMs, repairAfterMs, closeAfterMs } = schedule.people;
  const say = (type: typeof escalationAcknowledged.type | typeof incidentCloseRequested.type, data: object): void =>
    bus.store(
      { type, service, incidentId, data: { incidentId, by: 'ann', comment: '', ...data } } as never,
      undefined,
      'console',
    );
  if (repairAfterMs !== undefined) {
    clock.after(repairAfterMs, () => {
      site.trace(`a human repairs ${service}`);
      for (const target of targets) if (target.service === service) world.repair(target);
    });
  }
  if (acknowledgeAfterMs === undefined) return;
  clock.after(acknowledgeAfterMs, () => {
    say(escalationAcknowledged.type, { at: clock.now });
    if (closeAfterMs !== undefined) clock.after(closeAfterMs, () => say(incidentCloseRequested.type, {}));
  });
}

/** Switches may overlap: it stays on until the last of them has ended. */
function setKillSwitch(site: Site, on: boolean, untilMs: number): void {
  const { bus, buckets, clock, killSwitchOn } = site;
  const isOn = buckets.control.get('kill-switch')?.value.on === true;
  const last = killSwitchOn.at(-1);
  if (on) {
    if (isOn && last !== undefined) last.untilMs = Math.max(last.untilMs, untilMs);
    else killSwitchOn.push({ fromMs: clock.nowMs, untilMs });
    clock.at(untilMs, () => setKillSwitch(site, false, untilMs));
    if (isOn) return;
  } else if (!isOn || last === undefined || last.untilMs > clock.nowMs) return;
  const state = { on, by: 'ann', reason: 'drill', at: clock.now };
  buckets.control.put('kill-switch', state);
  site.trace(`the kill switch is ${on ? 'on' : 'off'}`);
  bus.store(
    { type: controlChanged.type, service: 'cortex', data: { ...state, control: 'kill_switch' } },
    undefined,
    'console',
  );
}

function silence(site: Site, wish: Site['schedule']['silences'][number], target: Target, index: number): void {
  const { clock } = site;
  const { service, instance } = target;
  const set: Silence = {
    id: String(index).padStart(12, '0'),
    service,
    ...(wish.isWhole ? {} : { instance }),
    startsAt: clock.now,
    endsAt: new Date(clock.nowMs + wish.forMs).toISOString(),
    by: 'ann',
    reason: 'drill',
    createdAt: clock.now,
  };
  tellOfSilence(site, set);
  if (wish.liftAfterMs === undefined || wish.liftAfterMs >= wish.forMs) return;
  clock.after(wish.liftAfterMs, () => tellOfSilence(site, { ...set, lifted: { by: 'ann', at: clock.now } }));
}

function tellOfSilence({ bus, buckets }: Site, set: Silence): void {
  const action = set.lifted === undefined ? ('created' as const) : ('lifted' as const);
  buckets.silences.put(set.id, set);
  const data = { control: 'silence' as const, action, silence: set };
  bus.store({ type: controlChanged.type, service: set.service, data }, undefined, 'console');
}
