import { pause } from '@cortex/runtime';
import { targets } from './catalogue.ts';
import { watchDisks } from './environment/disk-watch.ts';
import { gatherPeople } from './environment/people.ts';
import { sendStrays } from './environment/strays.ts';
import { processNames } from './schedule.ts';
import type { ProcessName, Schedule } from './schedule.ts';
import { startMs } from './scheduler.ts';
import { startServiceOf } from './services.ts';
import type { RunningService } from './services.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { Site } from './site.ts';

const second = 1_000;
/** Long enough for every deadline, level and repeat that a schedule can lead to. */
const horizonMs = 20 * 60 * second;
/** A run is over when nothing but observations has happened for so long, and no timer is due soon. */
const quietMs = 30 * second;
/** So soon, when everything is well and nothing is under way. */
const quietWhenWellMs = 5 * second;
/** Longer than anything that decides whether an incident ends, but for the hour after which one counts as prolonged. */
const noTimerWithinMs = 100 * second;
const flapEveryMs = 20 * second;
const drainMs = 5 * second;

/**
 * Runs the services that ship through one schedule, on a server in memory and a virtual clock, until nothing is left to happen
 * or the horizon is reached. What is simulated: the server, the targets, the people, and the detector.
 */
export async function simulate(schedule: Schedule): Promise<Site> {
  const site = new Site(schedule);
  const { scheduler } = site;
  const people = gatherPeople(site);
  for (const index of schedule.downAtStart) {
    const target = targets[index % targets.length];
    if (target !== undefined) site.world.strike(target, 'dead');
  }
  watchDisks(site);
  sendStrays(site);
  const services = new Map<ProcessName, RunningService>();
  for (const name of processNames) {
    const process = new SimulatedProcess({
      name,
      seed: schedule.seed,
      scheduler,
      latencyMs: schedule.latencyMs,
      crashes: schedule.crashes.filter((crash) => crash.process === name),
      clockAheadMs: () =>
        schedule.clockJumps
          .filter((jump) => jump.process === name && startMs + jump.atMs <= scheduler.nowMs)
          .reduce((sum, { byMs }) => sum + byMs, 0),
      trace: (text) => site.trace(text),
      onDeath(downMs) {
        site.crashes += 1;
        // Others take over what it had, and it may have more to do when it is back.
        site.busyAtMs = Math.max(site.busyAtMs, scheduler.nowMs + downMs);
      },
      onStart: () => (site.busyAtMs = Math.max(site.busyAtMs, scheduler.nowMs)),
      // As the service kit does: a start that fails ends the process, and whoever supervises it starts it again.
      onBroken(error) {
        site.trace(`${name} cannot start: ${String(error)}`);
        process.kill(second);
      },
      carry: (arrive) => site.carry(name, arrive),
      boot: async (life) => void services.set(name, await startServiceOf(site, name, life)),
    });
    site.processes.set(name, process);
    process.start();
  }
  arrange(site, services);
  const faultsEndMs = lastFaultMs(schedule);
  let lookAtMs = 0;
  const isOver = (): boolean => {
    // Once a second is enough: it is a look through every record.
    if (scheduler.nowMs < lookAtMs) return false;
    lookAtMs = scheduler.nowMs + second;
    return isQuiet(site, faultsEndMs);
  };
  await scheduler.runUntil(startMs + horizonMs, isOver);
  await people;
  return site;
}

const unreadable = new TextEncoder().encode('{"state":NaN');

/** Puts everything that a schedule names into the clock; crashes are found by the processes themselves. */
function arrange(site: Site, services: ReadonlyMap<ProcessName, RunningService>): void {
  const { scheduler, schedule, processes, server } = site;
  const blind = (process: ProcessName | 'all', atMs: number, forMs: number): void =>
    void site.blind.push({ process, fromMs: startMs + atMs, untilMs: startMs + atMs + forMs });
  for (const { process, atMs, forMs } of schedule.freezes) {
    scheduler.after(atMs, () => processes.get(process)?.freeze(forMs));
    blind(process, atMs, forMs);
  }
  for (const { process, atMs, forMs } of schedule.partitions) {
    scheduler.after(atMs, () => processes.get(process)?.partition(forMs));
    blind(process, atMs, forMs + second);
  }
  for (const { process, atMs } of schedule.drains) {
    scheduler.after(atMs, () => drain(site, process, services.get(process)));
  }
  for (const { atMs, downMs, ackLossMs } of schedule.serverCrashes) {
    blind('all', atMs, downMs + second);
    scheduler.after(atMs, () => {
      site.trace(`the server dies, for ${downMs / second} s`);
      for (const process of processes.values()) process.disconnect(downMs);
      server.crash(ackLossMs);
    });
  }
  for (const { atMs, forMs } of schedule.refusals) {
    scheduler.after(atMs, () => {
      site.trace(`the server refuses writes for ${forMs / second} s`);
      server.refuseWrites(forMs);
    });
  }
  for (const { atMs, forMs } of schedule.quorumLosses) {
    // Watches are set up again with a growing back-off.
    blind('all', atMs, forMs + 10 * second);
    scheduler.after(atMs, () => {
      site.trace(`the server has no quorum for ${forMs / second} s`);
      server.loseQuorum(forMs);
    });
  }
  for (const { bucket, atMs } of schedule.garbled) scheduler.after(atMs, () => garble(site, bucket));
  for (const { atMs, withinMs } of schedule.redeliveries) {
    scheduler.after(atMs, () => {
      site.trace(`everything of the last ${withinMs / second} s is delivered again`);
      server.loseAcks(withinMs);
    });
  }
  for (const recurring of schedule.recurring) scheduler.after(recurring.atMs, () => recur(site, recurring));
  for (const trouble of schedule.troubles) scheduler.after(trouble.atMs, () => strike(site, trouble));
}

/** As a disk that loses a block: past the limits that refuse writes. */
function garble({ server, trace }: Site, bucket: string): void {
  for (const subject of server.subjects(`KV_${bucket}`, `$KV.${bucket}.>`)) {
    const stored = server.last(`KV_${bucket}`, subject);
    if (stored === undefined || (stored.headers?.get('KV-Operation') ?? '') !== '') continue;
    try {
      server.publish(subject, unreadable, { msgID: `garbled-${bucket}-${stored.sequence}` });
      trace(`${subject} cannot be read any more`);
    } catch {
      // The server takes no writes at this time.
    }
  }
}

/** What the service kit does on SIGTERM. */
function drain(site: Site, name: ProcessName, service: RunningService | undefined): void {
  const process = site.processes.get(name);
  const life = process?.life;
  if (service === undefined || life === undefined) return;
  site.trace(`${name} is told to end`);
  const end = async (): Promise<void> => {
    await Promise.race([service.app.beforeDrain?.(), pause(life.runtime, drainMs)]);
    await service.bus.drain(drainMs);
    await service.app.stop?.();
  };
  const isOver = (): void => {
    if (!life.isOver && process?.life === life) process.kill(second);
  };
  end().then(isOver, (error: unknown) => {
    site.trace(`${name} cannot end: ${String(error)}`);
    isOver();
  });
}

function strike(site: Site, { target: index, kind, forMs }: Schedule['troubles'][number]): void {
  const { scheduler, world } = site;
  const target = targets[index % targets.length];
  if (target === undefined) return;
  site.trace(`${target.instance} is struck: ${kind}`);
  world.strike(target, kind);
  const endMs = scheduler.nowMs + forMs;
  if (kind === 'blip') scheduler.at(endMs, () => world.repair(target));
  if (kind !== 'flapping') return;
  const flap = (isUp: boolean): void => {
    world.change(target, { isProcessUp: isUp || scheduler.nowMs >= endMs });
    if (scheduler.nowMs < endMs) scheduler.after(flapEveryMs, () => flap(!isUp));
  };
  scheduler.after(flapEveryMs, () => flap(true));
}

/** Dies, and again whenever it has been up for so long. */
function recur(site: Site, { target: index, afterMs, forMs }: Schedule['recurring'][number]): void {
  const { scheduler, world } = site;
  const target = targets[index % targets.length];
  if (target === undefined) return;
  const endMs = scheduler.nowMs + forMs;
  let isDying = false;
  const die = (): void => {
    isDying = false;
    if (scheduler.nowMs >= endMs || !world.isUp(target)) return;
    site.trace(`${target.instance} dies again`);
    world.strike(target, 'dead');
  };
  world.onChange(({ service, instance }) => {
    if (isDying || service !== target.service || instance !== target.instance || !world.isUp(target)) return;
    isDying = true;
    scheduler.after(afterMs, die);
  });
  die();
}

function lastFaultMs(schedule: Schedule): number {
  const {
    troubles,
    freezes,
    partitions,
    refusals,
    quorumLosses,
    garbled,
    killSwitch,
    spoiled,
    serverCrashes,
    redeliveries,
    strays,
    silences,
    recurring,
  } = schedule;
  const ends = [
    ...troubles,
    ...recurring,
    ...freezes,
    ...partitions,
    ...refusals,
    ...quorumLosses,
    ...killSwitch,
    ...spoiled,
  ].map(({ atMs, forMs }) => atMs + forMs);
  const others = [...redeliveries, ...strays, ...garbled].map(({ atMs }) => atMs);
  const outages = serverCrashes.map(({ atMs, downMs }) => atMs + downMs);
  const silenced = silences.map(({ trouble, afterMs, forMs }) => (troubles[trouble]?.atMs ?? 0) + afterMs + forMs);
  return startMs + Math.max(0, ...ends, ...others, ...outages, ...silenced);
}

function isQuiet(site: Site, faultsEndMs: number): boolean {
  const quietForMs = site.scheduler.nowMs - Math.max(site.busyAtMs, faultsEndMs);
  if (quietForMs <= quietWhenWellMs || (quietForMs <= quietMs && !site.isWell())) return false;
  return !site.hasTimerWithin(noTimerWithinMs);
}
