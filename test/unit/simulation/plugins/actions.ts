import { defineAction } from '@cortex/actions';
import type { ActionContext, ActionDefinition, ActionResult } from '@cortex/actions';
import type { JsonRecord, Target } from '@cortex/contracts';
import { pause } from '@cortex/runtime';
import { z } from 'zod';
import type { World } from '../world.ts';
import type { Hands } from './hands.ts';

/** What a simulated action does to the world, and what it promises. */
interface Kind {
  readonly name: string;
  readonly onAmbiguous: 'retry' | 'probe' | 'escalate';
  readonly isIdempotent: boolean;
  readonly act: (world: World, target: Target) => void;
  readonly undo?: (world: World, target: Target, before: JsonRecord) => void;
  /** Undefined: nothing at the target tells. */
  readonly tookEffect?: (world: World, target: Target, before: JsonRecord) => boolean | undefined;
}

/** Per cent in use. */
const cleanDisk = 40;

const kinds: readonly Kind[] = [
  {
    name: 'restart',
    onAmbiguous: 'probe',
    isIdempotent: false,
    act(world, target) {
      const { isFragile, isConfigured } = world.state(target);
      world.change(target, { ...world.restart(target), isProcessUp: !(isFragile && isConfigured) });
    },
    tookEffect: (world, target, before) => world.state(target).restarts !== before['restarts'],
  },
  {
    name: 'drain',
    onAmbiguous: 'retry',
    isIdempotent: true,
    act: (world, target) => world.change(target, { isDrained: true }),
    undo: (world, target) => world.change(target, { isDrained: false }),
  },
  {
    name: 'configure',
    onAmbiguous: 'escalate',
    isIdempotent: false,
    act(world, target) {
      const { isFragile, isProcessUp, configurations } = world.state(target);
      world.change(target, {
        isConfigured: true,
        isProcessUp: isProcessUp && !isFragile,
        configurations: configurations + 1,
      });
    },
    undo(world, target, before) {
      world.change(target, {
        isConfigured: before['isConfigured'] === true,
        isProcessUp: before['isProcessUp'] === true,
        configurations: world.state(target).configurations + 1,
      });
    },
  },
  {
    name: 'clean',
    onAmbiguous: 'probe',
    isIdempotent: false,
    act: (world, target) => world.change(target, { disk: cleanDisk }),
    // What was clean before, because somebody was faster, looks the same afterwards.
    tookEffect: (world, target, before) =>
      before['disk'] === cleanDisk ? undefined : world.state(target).disk !== before['disk'],
  },
];

export function simulatedActions(hands: Hands | undefined): ReadonlyMap<string, ActionDefinition> {
  return new Map(kinds.map((kind) => [kind.name, actionOf(kind, hands)]));
}

function actionOf(kind: Kind, hands: Hands | undefined): ActionDefinition {
  const { name, onAmbiguous, isIdempotent, undo, tookEffect } = kind;
  return defineAction({
    name,
    summary: `simulated ${name}`,
    params: z.strictObject({}),
    riskLevel: 'low',
    onAmbiguous,
    reversible: undo !== undefined,
    idempotent: isIdempotent,
    async guard() {
      await look(hands);
      return undefined;
    },
    async observe(_params, { target }) {
      const { world } = await look(hands);
      return world.observe(target);
    },
    act: (_params, context) => perform(kind, context, hands, false, (world) => kind.act(world, context.target)),
    dryRun: async () => ({ ok: true, detail: `would ${name}` }),
    ...(tookEffect === undefined
      ? {}
      : {
          async probe(_params, { target }: ActionContext, before: JsonRecord) {
            const { world } = await look(hands);
            const answer = tookEffect(world, target, before);
            if (answer === undefined) return 'unknown' as const;
            return answer ? ('took_effect' as const) : ('no_effect' as const);
          },
        }),
    ...(undo === undefined
      ? {}
      : {
          undo: (_params, context: ActionContext, before: JsonRecord) =>
            perform(kind, context, hands, true, (world) => undo(world, context.target, before)),
        }),
  });
}

/** Every look at a target takes a moment, in which the process may be killed. */
async function look(hands: Hands | undefined): Promise<Hands> {
  if (hands === undefined) throw new Error('these plugins belong to no process');
  await pause(hands.runtime, 5);
  return hands;
}

async function perform(
  { name, isIdempotent }: Kind,
  { executionId, target, token }: ActionContext,
  hands: Hands | undefined,
  isUndo: boolean,
  change: (world: World) => void,
): Promise<ActionResult> {
  if (hands === undefined) throw new Error('these plugins belong to no process');
  // It does not look at its signal: whoever calls it must know by then that it may.
  const { fault, tookEffect } = hands.begin({ action: name, executionId, target, token, isIdempotent, isUndo });
  if (fault === 'fails' || fault === 'fails_for_now') {
    await pause(hands.runtime, 50);
    return { ok: false, detail: 'it did not work', retryable: fault === 'fails_for_now' };
  }
  await hands.atTarget(() => {
    tookEffect();
    change(hands.world);
  });
  return fault === 'fails_half_way'
    ? { ok: false, partial: true, detail: 'it broke off' }
    : { ok: true, detail: 'done' };
}
