import { defineCheck } from '@cortex/checks';
import type { CheckPlugin } from '@cortex/checks';
import type { Target } from '@cortex/contracts';
import { pause } from '@cortex/runtime';
import { z } from 'zod';
import type { World } from '../world.ts';
import type { Hands } from './hands.ts';

export function simulatedChecks(hands: Hands | undefined): ReadonlyMap<string, CheckPlugin> {
  const check = (name: string, tier: CheckPlugin['tier'], passes: (world: World, target: Target) => boolean) =>
    defineCheck({
      name,
      summary: `simulated ${name}`,
      tier,
      params: z.strictObject({}),
      async run(_params, { target }) {
        if (hands === undefined) throw new Error('these plugins belong to no process');
        await pause(hands.runtime, 2);
        const passed = passes(hands.world, target);
        return { passed, detail: passed ? 'it answers' : 'it does not answer' };
      },
    });
  const all = [
    check('process_up', 'shallow', (world, target) => world.isUp(target)),
    check('serves', 'deep', (world, target) => world.isServing(target)),
    check('reachable', 'shallow', (world, target) => !world.state(target).isBroken),
  ];
  return new Map(all.map((plugin) => [plugin.name, plugin]));
}
