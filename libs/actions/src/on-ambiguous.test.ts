import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runCommand } from './command/run-command/run-command.ts';
import { defineAction, InvalidActionError } from './define-action.ts';
import { noOp } from './drill/no-op/no-op.ts';
import { restartService } from './infrastructure/restart-service/restart-service.ts';
import { ambiguityPlan } from './on-ambiguous.ts';
import { builtinActions } from './registry.ts';

describe('on_ambiguous', () => {
  it('is the action’s own answer unless the step gives one', () => {
    expect(ambiguityPlan(restartService, undefined)).toEqual({ ok: true, onAmbiguous: 'probe' });
    expect(ambiguityPlan(restartService, 'escalate')).toEqual({ ok: true, onAmbiguous: 'escalate' });
  });

  it('must be said by the step where the action cannot know', () => {
    expect(ambiguityPlan(runCommand, undefined)).toMatchObject({ ok: false });
    expect(ambiguityPlan(runCommand, 'retry')).toEqual({ ok: true, onAmbiguous: 'retry' });
  });

  it('refuses to repeat what is not idempotent and to probe what has no probe', () => {
    expect(ambiguityPlan(restartService, 'retry')).toMatchObject({ ok: false });
    expect(ambiguityPlan(noOp, 'probe')).toMatchObject({ ok: false });
  });
});

describe('defineAction', () => {
  const { onAmbiguous: _unused, ...withoutAnswer } = noOp;

  it('refuses an action that has no answer to a crash', () => {
    expect(() => defineAction(withoutAnswer as typeof noOp)).toThrow(InvalidActionError);
    expect(() => defineAction({ ...noOp, onAmbiguous: undefined })).not.toThrow();
  });

  it('refuses a probe, a retry or an undo that cannot be', () => {
    expect(() => defineAction({ ...noOp, onAmbiguous: 'probe' })).toThrow(/probe\(\) is missing/);
    expect(() => defineAction({ ...noOp, idempotent: false })).toThrow(/not idempotent/);
    const { undo: _undo, ...irreversible } = noOp;
    expect(() => defineAction(irreversible as typeof noOp)).toThrow(/undo\(\) is missing/);
  });
});

describe('the built-in actions', () => {
  it.each([...builtinActions])('%s can describe its parameters to editors', (_name, action) => {
    expect(z.toJSONSchema(action.params, { io: 'input' })).toMatchObject({
      type: 'object',
      additionalProperties: false,
    });
  });

  it.each(['restart_service', 'cleanup_temp_files', 'run_command', 'no_op'])('include %s', (name) => {
    expect(builtinActions.get(name)?.name).toBe(name);
  });
});
