import type { Bucket } from '@cortex/bus';
import { breakerKey, targetKey } from '@cortex/contracts';
import type { RefusedBy, Remediation, TimeWindow } from '@cortex/contracts';
import { messageOf } from '@cortex/errors';
import { isInside } from '@cortex/suppression';
import { whySuperseded, whyUnapproved } from './plan-standing.ts';
import type { ExecutorParts } from './parts.ts';

/** What stands against an effect, and why. */
export interface Objection {
  readonly by: RefusedBy;
  readonly reason: string;
}

/** What the questions are put to. */
export type BeginParts = Pick<
  ExecutorParts,
  'silences' | 'incidents' | 'breakers' | 'health' | 'safety' | 'protectedTargets' | 'now'
>;

/** What this process knows by itself. Asked early, and again at the last moment. */
export function objectionAtOnce(parts: BeginParts, remediation: Remediation): Objection | undefined {
  const protectedKeys = new Set(parts.protectedTargets.map(targetKey));
  const own = remediation.targets.find((target) => protectedKeys.has(targetKey(target)));
  if (own !== undefined) return { by: 'protected', reason: `${own.service}/${own.instance} is protected` };
  if (parts.now() > new Date(remediation.expiresAt)) {
    return { by: 'expired', reason: `not begun by ${remediation.expiresAt}` };
  }
  if (remediation.dryRun) return undefined;
  const silence = parts.silences.refusalOf(remediation.targets, parts.now());
  return silence === undefined ? undefined : { by: 'silence', reason: silence };
}

/**
 * What stands against the first effect of an execution, as the server knows it now. The decision asked the same before it
 * made the plan; how long ago that was, nobody knows. What cannot be read stands against it.
 */
export async function objectionToBegin(parts: BeginParts, remediation: Remediation): Promise<Objection | undefined> {
  const incident = incidentOf(parts, remediation);
  const answers = await Promise.all([
    ask('silence', () => parts.silences.ask(remediation.targets, parts.now)),
    ask('superseded', async () => whySuperseded(remediation, await incident)),
    ask('approval', async () => whyUnapproved(remediation, await incident, parts.now())),
    ask('window', async () => whyOutsideWindow(parts, remediation)),
    ask('circuit_breaker', () => whyBroken(parts, remediation)),
    ask('flapping', () => whyFrozen(parts, remediation)),
  ]);
  return answers.find((answer) => answer !== undefined);
}

async function ask(by: RefusedBy, question: () => Promise<string | undefined>): Promise<Objection | undefined> {
  try {
    const reason = await question();
    return reason === undefined ? undefined : { by, reason };
  } catch (error) {
    return { by, reason: `it cannot be known whether that stands against it: ${messageOf(error)}` };
  }
}

async function incidentOf({ incidents }: BeginParts, { incidentId }: Remediation) {
  return (await incidents.get(incidentId))?.value.incident;
}

/** Freeze windows forbid, maintenance windows allow what is marked `maintenanceWindowOnly`. Spec 7.3. */
function whyOutsideWindow({ safety, now }: BeginParts, { playbook }: Remediation): string | undefined {
  const at = now().toISOString();
  const frozen = windowAround(at, safety.freezeWindows);
  if (frozen !== undefined) return `inside the freeze window ${frozen.name}`;
  if (!playbook.safety.maintenanceWindowOnly || windowAround(at, safety.maintenanceWindows)) return undefined;
  return `${playbook.id} runs only inside a maintenance window`;
}

function windowAround(at: string, windows: readonly TimeWindow[] = []): TimeWindow | undefined {
  return windows.find((window) => isInside(window, at));
}

async function whyBroken({ breakers }: BeginParts, { playbook, targets }: Remediation): Promise<string | undefined> {
  // One of an earlier version holds for every service.
  const scopes = [undefined, ...new Set(targets.map(({ service }) => service))];
  const records = await Promise.all(scopes.map((service) => valueOf(breakers, breakerKey(playbook.id, service))));
  const open = records.find((record) => record?.state === 'open');
  return open === undefined ? undefined : `the breaker of ${playbook.id} is open: ${open.reason ?? ''}`;
}

async function whyFrozen({ health }: BeginParts, { targets }: Remediation): Promise<string | undefined> {
  const records = await Promise.all(targets.map((target) => valueOf(health, targetKey(target))));
  const frozen = records.find((record) => record?.flapping === true)?.target;
  return frozen === undefined ? undefined : `${frozen.service}/${frozen.instance} is frozen by flapping`;
}

async function valueOf<Value>(bucket: Bucket<Value>, key: string): Promise<Value | undefined> {
  return (await bucket.get(key))?.value;
}
