import type { ActionDefinition, ProbeVerdict } from '@cortex/actions';
import { recordIntent } from '@cortex/execution';
import { expect, test } from 'vitest';
import { startRunInMemory } from '../test/run-in-memory.ts';
import { placeOf } from './execution-run.ts';
import { resolveAmbiguous } from './resolve-ambiguous.ts';

/** The entry of an intent that a crash has left open, once it is settled; `isUndo`: that of an undo. */
async function settle(action: Partial<ActionDefinition>, verdict?: ProbeVerdict, isUndo = false) {
  const { run, planned, stop } = await startRunInMemory(action, verdict);
  const place = placeOf('remediation', planned);
  const at = new Date();
  const record = recordIntent(run.journal.record, { ...place, attempt: 1 }, { token: 1, before: {}, at });
  await run.journal.write(record);
  const [entry] = record.entries;
  if (entry === undefined) throw new RangeError('no intent');
  await resolveAmbiguous(run, { phase: 'remediation', planned, ...(isUndo ? { undoes: {} } : {}) }, entry);
  const [settled] = run.journal.record.entries;
  await stop();
  const { outcome, inferred } = settled?.result ?? {};
  return { status: settled?.status, outcome, inferred, isProvedUndone: settled?.provedUndone === true };
}

const again = { status: 'ambiguous', outcome: undefined, isProvedUndone: false };
const provedUndone = { ...again, isProvedUndone: true };
const done = { outcome: 'succeeded', inferred: true };
const forHumans = { outcome: 'ambiguous' };
const undoable = { reversible: true, undo: async () => ({ ok: true, detail: 'undone' }) } as const;

test.each<[string, object, Partial<ActionDefinition>, ProbeVerdict?, boolean?]>([
  ['what may be repeated is done again, and may have been done', again, { onAmbiguous: 'retry' }, 'took_effect'],
  ['what a probe finds done is done', done, { onAmbiguous: 'probe' }, 'took_effect'],
  ['what a probe finds undone is done again', provedUndone, { onAmbiguous: 'probe' }, 'no_effect'],
  ['what no probe can tell is for a human', forHumans, { onAmbiguous: 'probe' }, 'unknown'],
  ['what asks for a human gets one', forHumans, { onAmbiguous: 'escalate' }, 'took_effect'],
  ['an undo that may be repeated is made again', again, { ...undoable, isUndoIdempotent: true }, 'unknown', true],
  ['any other undo is made once', forHumans, { ...undoable, isUndoIdempotent: false }, 'unknown', true],
])('after a crash %s', async (_what, expected, action, verdict, isUndo) => {
  expect(await settle(action, verdict, isUndo)).toMatchObject(expected);
});
