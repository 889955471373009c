import { targets } from './catalogue.ts';
import { Process } from './process.ts';
import { processNames } from './schedule.ts';
import type { ProcessName, Schedule } from './schedule.ts';
import { startDecision } from './services/decision.ts';
import { startDetector } from './services/detector.ts';
import { startEscalator } from './services/escalator.ts';
import { startExecutor } from './services/executor.ts';
import { startHealthChecker } from './services/health-checker.ts';
import { startLearner } from './services/learner.ts';
import { startPeople } from './services/people.ts';
import { startVerifier } from './services/verifier.ts';
import { startMs } from './timeline.ts';
import { Site } from './site.ts';
import type { Mutation } from './site.ts';

const minute = 60_000;
/** Long enough for every deadline, level and repeat that a schedule can lead to. */
const horizonMs = 150 * minute;
const flapEveryMs = 25_000;

type Start = (site: Site, process: Process) => void;

function startOf(name: ProcessName): Start {
  switch (name) {
    case 'health-checker':
      return startHealthChecker;
    case 'detector':
      return startDetector;
    case 'decision/1':
    case 'decision/2':
      return startDecision;
    case 'executor/1':
    case 'executor/2':
      return startExecutor;
    case 'verifier/1':
    case 'verifier/2':
      return startVerifier;
    case 'escalator':
      return startEscalator;
    case 'learner':
      return startLearner;
    default:
      return name satisfies never;
  }
}

/**
 * Runs the whole loop through one schedule, until nothing is left to happen or the horizon is reached. All judgement but
 * the detector's, which is one fixed threshold, is that of the real libraries; the clock, the bus, the buckets and the
 * shells of the services (in `services/`) are simulated.
 */
export function simulate(schedule: Schedule, mutation?: Mutation): Site {
  const site = new Site(schedule, mutation);
  const { clock, random } = site;
  const newProcess = (name: string): Process =>
    new Process({
      name,
      clock,
      random,
      latencyMs: schedule.latencyMs,
      crashes: schedule.crashes.filter((crash) => crash.process === name),
      trace: (text) => site.trace(text),
      onDeath: () => (site.crashes += 1),
    });
  const people = newProcess('people');
  people.boot(() => startPeople(site, people));
  const processes = new Map<ProcessName, Process>();
  for (const name of processNames) {
    const process = newProcess(name);
    processes.set(name, process);
    process.boot(() => startOf(name)(site, process));
  }
  for (const { process, atMs, forMs } of schedule.freezes) {
    clock.after(atMs, () => processes.get(process)?.freeze(forMs));
  }
  for (const trouble of schedule.troubles) clock.after(trouble.atMs, () => strike(site, trouble));
  clock.runUntil(startMs + horizonMs);
  return site;
}

function strike(site: Site, { target: index, kind, forMs }: Schedule['troubles'][number]): void {
  const { clock, world } = site;
  const target = targets[index % targets.length];
  if (target === undefined) return;
  site.trace(`${target.instance} is struck: ${kind}`);
  world.strike(target, kind);
  const endMs = clock.nowMs + forMs;
  if (kind === 'blip') clock.at(endMs, () => world.repair(target));
  if (kind !== 'flapping') return;
  const flap = (isUp: boolean): void => {
    world.change(target, { isProcessUp: isUp || clock.nowMs >= endMs });
    if (clock.nowMs < endMs) clock.after(flapEveryMs, () => flap(!isUp));
  };
  clock.after(flapEveryMs, () => flap(true));
}
