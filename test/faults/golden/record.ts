// Records golden journals of this version, every stage of random executions: `npx tsx test/faults/golden/record.ts`. Those of
// earlier versions stay as they are.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Remediation, type ExecutionRecord } from '@cortex/contracts';
import {
  completeExecution,
  completeRollback,
  newRecord,
  nextMove,
  nextRollbackMove,
  recordIntent,
  recordRepeat,
  recordResult,
  type AttemptResult,
  type StepPlace,
} from '@cortex/execution';
import { chanceOf, type Chance } from '../scenario.ts';
import { movesAfter, type GoldenJournal } from './replay.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const file = `test/faults/golden/journals-${version}.json`;
const executions = 8;

if (existsSync(file)) throw new Error(`${file} is there, and golden journals are never changed`);
const journals: GoldenJournal[] = [];
for (let seed = 1; seed <= executions; seed += 1) {
  for (const stored of stagesOf(chanceOf(seed), seed)) journals.push({ stored, ...movesAfter(stored) });
}
writeFileSync(file, `${JSON.stringify(journals)}\n`);
console.log(`${journals.length} journals in ${file}`);

function stagesOf(chance: Chance, seed: number): readonly ExecutionRecord[] {
  let record = newRecord(remediationOf(chance, seed), new Date('2026-01-05T10:00:00Z'));
  const stages = [record];
  const keep = (next: ExecutionRecord): void => {
    record = next;
    stages.push(next);
  };
  let seconds = 0;
  const now = (): Date => new Date(Date.parse('2026-01-05T10:00:01Z') + (seconds += 1) * 1_000);
  const settle = (
    place: StepPlace,
    step: { readonly name: string; readonly action: string },
    attempt: number,
  ): void => {
    keep(recordIntent(record, { ...place, attempt }, { token: 100 + seconds, before: { pid: 4_711 }, at: now() }));
    const result = resultOf(chance, now());
    keep(result === undefined ? recordRepeat(record, place) : recordResult(record, place, step, result));
  };
  for (;;) {
    const move = nextMove(record);
    if (move.kind === 'complete') keep(completeExecution(record, move, now()));
    else if (move.kind === 'intent') {
      settle({ phase: 'remediation', step: move.step.step, target: move.target }, move.step, move.attempt);
    } else break;
  }
  for (;;) {
    const move = nextRollbackMove(record);
    if (move.kind === 'complete') keep(completeRollback(record, move, now()));
    else if (move.kind === 'intent') {
      const { step, target } = move.item;
      settle({ phase: 'rollback', step: step.step, target }, step, move.attempt);
    } else break;
  }
  return stages;
}

/** `undefined`: a crash, and the effect may be repeated. */
function resultOf(chance: Chance, at: Date): AttemptResult | undefined {
  const share = chance.random();
  if (share < 0.15) return undefined;
  if (share < 0.2) return { outcome: 'ambiguous', detail: 'nobody can tell', at };
  if (share < 0.35) return { outcome: 'failed', detail: 'it did not start', retryable: chance.random() < 0.7, at };
  return { outcome: 'succeeded', detail: 'it runs', inferred: chance.random() < 0.2, at };
}

function remediationOf(chance: Chance, seed: number): Remediation {
  const steps = Array.from({ length: 1 + Math.floor(chance.between(0, 3)) }, (_, index) => ({
    step: index + 1,
    name: `Step ${index + 1}`,
    action: 'no_op',
    params: {},
    timeoutMs: 1_000,
    retries: Math.floor(chance.between(0, 3)),
    continueOnFailure: chance.random() < 0.3,
  }));
  const instances = Array.from({ length: 1 + Math.floor(chance.between(0, 2)) }, (_, index) => `shop-${index + 1}`);
  return Remediation.parse({
    executionId: `execution-${seed}`,
    incidentId: `0198c0de-0000-7000-8000-0000000000${String(seed).padStart(2, '0')}`,
    attempt: 1,
    playbook: {
      id: 'restart-001',
      name: 'Restart',
      version: '1.0.0',
      category: 'application',
      severity: 'high',
      trigger: { condition: 'health_state == "UNHEALTHY"' },
      steps,
      verification: {},
      rollback: { available: chance.random() < 0.8 },
      escalation: {},
      safety: {},
    },
    targets: instances.map((instance) => ({ service: 'shop', instance, facts: { id: instance, host: 'node-a' } })),
    maxUnavailable: 1,
    dryRun: false,
    requestedAt: '2026-01-05T10:00:00.000Z',
    expiresAt: '2026-01-05T10:05:00.000Z',
  });
}
