import { defineAction } from '@cortex/actions';
import type { ActionDefinition, ProbeVerdict } from '@cortex/actions';
import { connectMemoryBus, MemoryServer } from '@cortex/bus';
import type { Bus } from '@cortex/bus';
import { controlBucket, journalBucket, killSwitchKey, leaseBucket } from '@cortex/contracts';
import type { KillSwitch, Remediation } from '@cortex/contracts';
import { newRecord } from '@cortex/execution';
import { systemRuntime } from '@cortex/runtime';
import { silentLogger } from '@cortex/testing';
import { z } from 'zod';
import type { ExecutionRun } from '../execution/execution-run.ts';
import { takeHolds } from '../execution/holds.ts';
import { Journal } from '../execution/journal.ts';
import { KillSwitchReader } from '../execution/kill-switch.ts';
import type { ExecutorParts } from '../execution/parts.ts';
import type { PlannedStep } from '../execution/resolve-plan.ts';
import { remediationOf } from './remediation.ts';

export const switchOff: KillSwitch = { on: false, by: 'ada', reason: 'drill', at: '2026-03-02T10:00:00.000Z' };

/** One execution of one step on one target, with its leases taken, on a bus in memory. */
export interface RunInMemory {
  readonly bus: Bus;
  readonly parts: ExecutorParts;
  readonly plan: Remediation;
  readonly run: ExecutionRun;
  readonly planned: PlannedStep;
  /** How often the action was done. */
  effects(): number;
  stop(): Promise<void>;
}

/** `action`: what differs from one that may be repeated and has no undo; `verdict`: what its probe says. */
export async function startRunInMemory(
  action: Partial<ActionDefinition> = {},
  verdict: ProbeVerdict = 'unknown',
): Promise<RunInMemory> {
  const server = new MemoryServer();
  const bus = connectMemoryBus(server, { source: '/cortex/executor', name: 'executor-1', logger: silentLogger });
  const control = await bus.bucket(controlBucket);
  await control.put(killSwitchKey, switchOff);
  const parts = {
    journal: await bus.bucket(journalBucket),
    leases: await bus.leases(),
    leaseRecords: await bus.bucket(leaseBucket),
    killSwitch: await KillSwitchReader.open(control),
    metrics: { actionEnded: () => undefined, remediationEnded: () => undefined },
    logger: silentLogger,
    runtime: systemRuntime,
    now: () => new Date(),
  } as unknown as ExecutorParts;
  const plan = remediationOf({ targets: [{ instance: 'shop-1' }], steps: [{ action: 'touch' }] });
  const taken = await takeHolds(parts, plan);
  const [[step], [target]] = [plan.playbook.steps, plan.targets];
  if (!taken.ok || step === undefined || target === undefined) throw new RangeError('the plan cannot be begun');
  const journal = Journal.begin(parts.journal, newRecord(plan, parts.now()));
  let effects = 0;
  const touch = defineAction({
    name: 'touch',
    summary: 'Counts how often it is done',
    params: z.strictObject({}),
    riskLevel: 'low',
    onAmbiguous: 'retry',
    reversible: false,
    idempotent: true,
    observe: async () => ({}),
    dryRun: async () => ({ ok: true, detail: 'would touch' }),
    probe: async () => verdict,
    async act() {
      effects += 1;
      return { ok: true, detail: 'touched' };
    },
    ...action,
  });
  return {
    bus,
    parts,
    plan,
    run: { parts, journal, holds: taken.holds, deadline: new Date(Date.now() + 60_000) } as unknown as ExecutionRun,
    planned: { step, target, action: touch, params: {}, onAmbiguous: touch.onAmbiguous ?? 'escalate' },
    effects: () => effects,
    async stop() {
      await parts.killSwitch.stop();
      await bus.drain(100);
    },
  };
}
