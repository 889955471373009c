import { connectBus } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import type { Incident } from '@cortex/contracts';
import { startStack } from '@cortex/local-stack';
import type { Stack } from '@cortex/local-stack';
import { eventually, silentLogger, temporaryFolder } from '@cortex/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { incidentsOf } from '../support/facts.ts';
import { readEventLog } from '../support/event-log.ts';
import type { EventLog } from '../support/event-log.ts';
import { isRunning, pidOf, signalProgram, startOrdinarySite, startProgram } from './site.ts';
import type { OrdinarySite, Program } from './site.ts';

/** An hour of an SRE's day in minutes: default settings, faults of every day, several of them twice and more. */
const folder = temporaryFolder('cortex-ordinary-day-');
const patience = { timeoutMs: Number(process.env['DAY_PATIENCE'] ?? 60_000), intervalMs: 100 };
let site: OrdinarySite;
let stack: Stack;
let bus: Bus;
let log: EventLog;

beforeAll(async () => {
  site = await startOrdinarySite(folder.path);
  stack = await startStack({
    configFile: site.configFile,
    dir: join(folder.path, 'stack'),
    appsDir: 'apps',
    layout: { kind: 'one-process' },
    consolePort: 0,
    env: site.env,
  });
  bus = await connectBus({
    servers: stack.natsUrl,
    source: '/cortex/test',
    name: 'ordinary-day',
    logger: silentLogger,
  });
  log = await readEventLog(bus);
  await eventually(() => Object.values(site.programs).every(({ service }) => stateOf(service) === 'HEALTHY'), patience);
});
afterAll(async () => {
  await bus?.drain(2_000);
  await stack?.stop();
  await site?.stop();
  folder.remove();
});

afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.log(story().join('\n'));
});

test.each(['SIGINT', 'SIGQUIT', 'SIGKILL'] as const)(
  'Postgres, stopped by %s, is healed, whichever check sees it first',
  async (signal) => {
    await expectHealed(site.programs.db, () => signalProgram(site.programs.db, signal));
    expect(pagesOf('db').length).toBeLessThanOrEqual(2);
  },
);

test('a Redis that hangs and an nginx that was killed are healed', async () => {
  await expectHealed(site.programs.cache, () => signalProgram(site.programs.cache, 'SIGSTOP'));
  await expectHealed(site.programs.web, () => signalProgram(site.programs.web, 'SIGKILL'));
  expect([...pagesOf('cache'), ...pagesOf('web')].length).toBeLessThanOrEqual(2);
});

test('a worker that crashes six times within minutes is healed each time, and nobody is called six times', async () => {
  for (let crash = 1; crash <= 6; crash += 1) {
    await expectHealed(site.programs.worker, () => signalProgram(site.programs.worker, 'SIGKILL'));
  }
  expect(pagesOf('worker').length).toBeLessThanOrEqual(2);
});

test('a disk that fills is cleaned', async () => {
  writeFileSync(join(site.disk.path, 'upload.tmp'), Buffer.alloc(7_700 * 1_024));
  await eventually(async () => {
    // A machine under load may be told of by an incident of its own, which nothing is done about.
    const ended = (await endedOf('spool')).filter(({ attempts }) => attempts.length > 0);
    expect(ended).toMatchObject([{ resolution: { method: 'auto_remediation' } }]);
  }, patience);
});

// The two that mostly wait run side by side: two services of seven are no storm.
test.concurrent(
  'what nobody may restart is paged once; back again, its incident ends by itself, and those who were called hear of it',
  async () => {
    const { api } = site.programs;
    for (const outage of [1, 2]) {
      const before = pagesOf('api').length;
      signalProgram(api, 'SIGKILL');
      await eventually(() => expect(pagesOf('api').length).toBeGreaterThan(before), patience);
      startProgram(api);
      await eventually(async () => expect(await endedOf('api')).toHaveLength(outage), {
        ...patience,
        timeoutMs: 120_000,
      });
      const incident = (await endedOf('api'))[outage - 1];
      // Those who were called hear of it a moment later.
      await eventually(() => expect(pagesFor(incident?.id).filter(isResolved)).toHaveLength(1), patience);
      expect(pagesFor(incident?.id).filter((page) => !isResolved(page)).length).toBeLessThanOrEqual(2);
    }
  },
);

test.concurrent(
  'a service that crashes every five seconds ends with a human after a bounded number of restarts',
  async () => {
    const { batch } = site.programs;
    const first = pidOf(batch);
    let starts = 0;
    let last = first;
    const until = Date.now() + 240_000;
    while (pagesOf('batch').length === 0 && Date.now() < until) {
      await sleep(250);
      if (!isRunning(batch)) continue;
      if (pidOf(batch) !== last) starts += 1;
      last = pidOf(batch);
      await sleep(5_000);
      signalProgram(batch, 'SIGKILL');
    }
    expect(pagesOf('batch').length).toBeGreaterThan(0);
    // health.flapping freezes it after ten returns.
    expect(starts).toBeLessThanOrEqual(12);
  },
);

/** What was told of every service, for whoever looks into a failure. */
function story(): readonly string[] {
  return log.events
    .filter(({ type }) => !/^(health\.checked|playbook|telemetry|recommendation|timer)/.test(type))
    .map(({ type, service, data }) => {
      const decision = data['decision'] as { readonly outcome?: string; readonly reason?: string } | undefined;
      const what = decision ?? data;
      return [service, type, what.outcome, data['to'], data['state'], what.reason, data['change']]
        .filter(Boolean)
        .join(' · ');
    });
}

/** Does the harm, and waits until the program runs again and the incident is over, healed by Cortex. */
async function expectHealed(program: Program, harm: () => void): Promise<void> {
  const { service } = program;
  const before = (await endedOf(service)).length;
  const pid = pidOf(program);
  harm();
  await eventually(async () => {
    const ended = await endedOf(service);
    expect(ended.slice(before).map(({ resolution }) => resolution?.method)).toEqual(['auto_remediation']);
    expect(pidOf(program)).not.toBe(pid);
    expect(stateOf(service)).toBe('HEALTHY');
  }, patience);
}

/** The last state that was told; a service is taken for healthy once a check has passed. */
function stateOf(service: string): unknown {
  const isChecked = log.of('health.checked', service).at(-1)?.data['result'] === 'pass';
  return log.of('health.changed', service).at(-1)?.data['to'] ?? (isChecked ? 'HEALTHY' : 'UNKNOWN');
}

/** Incidents of a service that are over, oldest first. */
async function endedOf(service: string): Promise<readonly Incident[]> {
  return (await incidentsOf(bus))
    .filter((incident) => incident.service === service && incident.status === 'resolved')
    .toSorted((left, right) => left.openedAt.localeCompare(right.openedAt));
}

interface ReceivedPage {
  readonly service?: string;
  readonly incidentId?: string;
  readonly kind?: string;
}

function receivedPages(): readonly ReceivedPage[] {
  return site.pages.requests.map(({ body }) => JSON.parse(body) as ReceivedPage);
}

function isResolved({ kind }: ReceivedPage): boolean {
  return kind === 'resolved';
}

function pagesFor(incidentId: string | undefined): readonly ReceivedPage[] {
  return receivedPages().filter((page) => page.incidentId === incidentId);
}

/** Pages about a service that ask for something; not those that say that it is over. */
function pagesOf(service: string): readonly ReceivedPage[] {
  return receivedPages().filter((page) => page.service === service && !isResolved(page));
}
