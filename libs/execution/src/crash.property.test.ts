import fc from 'fast-check';
import { expect, it } from 'vitest';
import { targetKey } from '@cortex/contracts';
import type { ExecutionRecord } from '@cortex/contracts';
import { maxCrashRepeats, nextMove } from './next-move.ts';
import { completeExecution, completeRollback, newRecord, recordIntent, recordRepeat, recordResult } from './record.ts';
import type { ExecutionPhase, RemediationTarget } from './record.ts';
import { nextRollbackMove } from './rollback.ts';
import { exampleRemediation } from './test-data/remediation.ts';

const at = new Date('2026-01-05T10:00:00.000Z');

/** Where the process dies within one move; `none` means that it survives. */
const crashPoint = fc.constantFrom(
  'none',
  'none',
  'none',
  'before_intent',
  'after_intent',
  'after_effect',
  'after_result',
);
const behaviour = fc.constantFrom('works', 'works', 'fails', 'fails_once', 'unknowable');

interface World {
  /** What survives a crash. */
  journal: ExecutionRecord;
  /** Effects that really happened, by place. */
  readonly effects: Map<string, number>;
  readonly tries: Map<string, number>;
  readonly order: string[];
}

it('never has an effect twice and ends once, wherever the process dies', () => {
  fc.assert(
    fc.property(
      fc.record({
        steps: fc.array(fc.record({ retries: fc.nat(2), continueOnFailure: fc.boolean() }), {
          minLength: 1,
          maxLength: 4,
        }),
        instances: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 }),
        behaviours: fc.array(behaviour, { minLength: 12, maxLength: 12 }),
        crashes: fc.array(crashPoint, { maxLength: 60 }),
        rollsBack: fc.boolean(),
      }),
      ({ steps, instances, behaviours, crashes, rollsBack }) => {
        const world: World = {
          journal: newRecord(exampleRemediation({ steps, instances }), at),
          effects: new Map(),
          tries: new Map(),
          order: [],
        };
        const pending = [...crashes];
        const placeBehaviour = (step: number, target: RemediationTarget) =>
          behaviours[(step - 1) * 3 + instances.findIndex((instance) => instance === target.instance)] ?? 'works';

        run(world, 'remediation', pending, placeBehaviour);
        expect(world.journal.status).toBe('completed');
        expect(nextMove(world.journal)).toEqual({ kind: 'ended' });
        const done = [...world.order];
        for (const [place, count] of world.effects) expect([place, count]).toEqual([place, 1]);

        if (!rollsBack) return;
        world.order.length = 0;
        run(world, 'rollback', pending, () => 'works');
        expect(world.journal.status).toBe('rolled_back');
        for (const [place, count] of world.effects) expect([place, count]).toEqual([place, 1]);
        const undone = world.order.map((place) => place.replace('rollback', 'remediation'));
        // An ambiguous step is undone too, whether or not it had its effect.
        const known = undone.filter((place) => done.includes(place));
        expect(known).toEqual(done.toReversed().filter((place) => known.includes(place)));
      },
    ),
    { numRuns: 3_000 },
  );
});

/** An executor that dies at the given points, and starts again from the journal. */
function run(
  world: World,
  phase: ExecutionPhase,
  crashes: string[],
  behaviourOf: (step: number, target: RemediationTarget) => string,
): void {
  for (let turn = 0; turn < 500; turn += 1) {
    const move = phase === 'remediation' ? nextMove(world.journal) : nextRollbackMove(world.journal);
    if (move.kind === 'ended') return;
    if (move.kind === 'complete') {
      world.journal =
        phase === 'remediation'
          ? completeExecution(world.journal, move as never, at)
          : completeRollback(world.journal, move as never, at);
      continue;
    }
    const { step, target } = 'item' in move ? move.item : move;
    const place = { phase, step: step.step, target };
    const key = `${phase} ${step.step} ${targetKey(target)}`;
    const kind = behaviourOf(step.step, target);

    if (move.kind === 'resolve_ambiguous') {
      if (kind === 'unknowable') {
        world.journal = recordResult(world.journal, place, step, { outcome: 'ambiguous', detail: '', at });
      } else if (world.effects.has(key)) {
        world.journal = recordResult(world.journal, place, step, {
          outcome: 'succeeded',
          detail: '',
          at,
          inferred: true,
        });
      } else {
        world.journal = recordRepeat(world.journal, place);
      }
      continue;
    }

    expect(move.attempt).toBeLessThanOrEqual(maxCrashRepeats + 1 + step.retries + 1);
    const crash = crashes.shift() ?? 'none';
    if (crash === 'before_intent') continue;
    const token = world.journal.entries.length;
    world.journal = recordIntent(world.journal, { ...place, attempt: move.attempt }, { token, before: {}, at });
    if (crash === 'after_intent') continue;
    const tries = (world.tries.get(key) ?? 0) + 1;
    world.tries.set(key, tries);
    const works = kind === 'works' || kind === 'unknowable' || (kind === 'fails_once' && tries > 1);
    if (works) {
      world.effects.set(key, (world.effects.get(key) ?? 0) + 1);
      world.order.push(key);
    }
    if (crash === 'after_effect') continue;
    world.journal = recordResult(world.journal, place, step, {
      outcome: works ? 'succeeded' : 'failed',
      detail: '',
      at,
      ...(works ? {} : { retryable: true }),
    });
  }
  throw new Error('the execution never ended');
}
