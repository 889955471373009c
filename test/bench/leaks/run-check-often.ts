import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { builtinChecks, runCheck } from '@cortex/checks';
import { Instance } from '@cortex/contracts';
import type { CheckTrial } from '@cortex/testing';

/** A process of its own per check: `node --expose-gc … <trial as JSON> <runs>`. Prints what it holds, before and after. */
export interface Held {
  readonly files: number;
  /** Sockets, pipes, processes, timers. */
  readonly handles: number;
  readonly heapKib: number;
}

export interface Finding {
  readonly before: Held;
  readonly after: Held;
  readonly runs: number;
  readonly ends: Readonly<Record<string, number>>;
}

const patientMs = 20_000;
const impatientMs = 25;
const atOnce = 4;
const settleMs = 1_000;

const [, , trialJson = '{}', runsText = '0'] = process.argv;
const trial = JSON.parse(trialJson) as CheckTrial;
const runs = Number(runsText);
// What is made once and kept, such as compiled code, is there after a tenth.
await runOften(Math.ceil(runs / 10));
const before = await held();
const ends = await runOften(runs);
const after = await held();
console.log(JSON.stringify({ before, after, runs, ends } satisfies Finding));
process.exit(0);

/** Half of the runs pass; of the others half fail and half are cut off, where somebody is asked who can be silent. */
async function runOften(count: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const indices = Array.from({ length: count }, (_, index) => index).values();
  const work = async (): Promise<void> => {
    for (const index of indices) {
      const isHanging = trial.hanging !== undefined && index % 4 === 3;
      const other = index % 2 === 0 ? trial.passing : trial.failing;
      const end = await runOnce(isHanging ? (trial.hanging ?? {}) : other, isHanging ? impatientMs : patientMs);
      counts[end] = (counts[end] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return counts;
}

async function runOnce(params: CheckTrial['passing'], timeoutMs: number): Promise<string> {
  const { type } = trial;
  const tier = builtinChecks.get(type)?.tier ?? 'deep';
  const target = { service: 'shop', instance: 'shop-1' };
  const check = { name: type, type, tier, target, params, timeoutMs, retries: 0 };
  const facts = Instance.parse({ id: 'shop-1', host: '127.0.0.1' });
  const { result } = await runCheck(check, facts, { now: () => new Date() });
  return result;
}

async function held(): Promise<Held> {
  await pause(settleMs);
  globalThis.gc?.();
  await pause(settleMs);
  globalThis.gc?.();
  const heapKib = process.memoryUsage().heapUsed / 1_024;
  return { files: readdirSync('/proc/self/fd').length, handles: process.getActiveResourcesInfo().length, heapKib };
}
