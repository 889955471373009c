import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { defineAction } from '../../define-action.ts';
import { Duration } from '../../params.ts';

const Params = z.strictObject({
  /** How long the action takes. */
  duration: Duration.default(0),
});

/** For drills and benchmarks: runs the whole of an execution without an effect. */
export const noOp = defineAction({
  name: 'no_op',
  summary: 'Changes nothing; for drills and benchmarks',
  params: Params,
  riskLevel: 'low',
  onAmbiguous: 'retry',
  reversible: true,
  idempotent: true,
  async observe() {
    return {};
  },
  async act(params, context) {
    if (params.duration > 0) await delay(params.duration, undefined, { signal: context.signal });
    return { ok: true, detail: 'did nothing' };
  },
  async dryRun() {
    return { ok: true, detail: 'would do nothing' };
  },
  async undo() {
    return { ok: true, detail: 'there was nothing to undo' };
  },
});
