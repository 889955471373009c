import { readdirSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { eventually, startCheckTrials } from '@cortex/testing';
import type { CheckTrial, CheckTrials } from '@cortex/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtinChecks } from './registry.ts';
import { ask } from './test/ask.ts';

const runs = { light: 300, heavy: 20, 'very heavy': 8 } as const;
const atOnce = 10;
const patientMs = 20_000;
/** Long enough to be in the middle of something. */
const impatientMs = 25;

let started: CheckTrials;
beforeAll(async () => {
  started = await startCheckTrials();
  Object.assign(process.env, started.env);
}, 120_000);
afterAll(() => started?.stop());

function trial(name: string): CheckTrial {
  const found = started.trials.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no trial ${name}`);
  return found;
}

/** Passing and failing runs in turns; where there is a server, every second failing one is aborted. */
async function run({ type, passing, failing, hanging }: CheckTrial, count: number): Promise<ReadonlySet<string>> {
  const ends = new Set<string>();
  const indices = Array.from({ length: count }, (_, index) => index).values();
  const work = async (): Promise<void> => {
    for (const index of indices) {
      const isHanging = hanging !== undefined && index % 4 === 3;
      const params = index % 2 === 0 ? passing : failing;
      const outcome = await ask(type, isHanging ? hanging : params, isHanging ? impatientMs : patientMs);
      ends.add(index % 2 === 0 ? outcome.result : `not ${outcome.result === 'pass'}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, work));
  return ends;
}

/** Open files, sockets, processes and pipes. Timers come and go: the test runner has its own. */
function held(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = { files: readdirSync('/proc/self/fd').length };
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind.endsWith('Wrap')) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

/** Handles beyond those before; fewer mean that the servers have closed theirs. */
function surplus(now: ReturnType<typeof held>, before: ReturnType<typeof held>): ReturnType<typeof held> {
  return Object.fromEntries(Object.entries(now).filter(([kind, count]) => count > (before[kind] ?? 0)));
}

/** Waits for two equal counts, some time apart. */
function settled(): Promise<ReturnType<typeof held>> {
  let last = held();
  return eventually(
    () => {
      const now = held();
      const isSettled = isDeepStrictEqual(now, last);
      last = now;
      return isSettled && now;
    },
    { intervalMs: 100 },
  );
}

const names = [
  'tcp_port',
  'http_endpoint',
  'api_dependency',
  'end_to_end_workflow',
  'performance_benchmark',
  'database_connectivity',
  'data_consistency',
  'backup_integrity, files',
  'backup_integrity, restored',
  'cache_functionality, redis',
  'cache_functionality, memcached',
  'message_queue, rabbitmq',
  'message_queue, nats',
  'dns_resolution',
  'kubernetes_workload',
  'security_posture',
  'filesystem_io',
  'process_running',
  'basic_metrics',
  'writable_filesystem',
  'no_active_backups',
  'sufficient_permissions',
];

describe('a check leaves no open file, socket, process or timer behind, however it ends', () => {
  it('is tried for every check', () => {
    expect(started.trials.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    expect(new Set(started.trials.map(({ type }) => type))).toEqual(new Set(builtinChecks.keys()));
  });

  it.each(names)('%s', async (name) => {
    const one = trial(name);
    // Creates what is made once and kept: modules, thread pools.
    await run(one, 8);
    const before = await settled();
    const timersBefore = timers();
    const ends = await run(one, runs[one.weight]);
    expect([...ends].toSorted()).toEqual(['not false', 'pass']);
    await eventually(() => expect(surplus(held(), before)).toEqual({}));
    await eventually(() => expect(timers()).toBeLessThanOrEqual(timersBefore + 2));
  });
});
