import type { Mutant } from '../mutant.ts';

const attempt = 'apps/executor/src/execution/attempt.ts';
const killSwitch = 'apps/executor/src/execution/kill-switch.ts';
const holds = 'apps/executor/src/execution/holds.ts';
const refuse = 'apps/executor/src/execution/refuse-at-once.ts';
const ambiguous = 'apps/executor/src/execution/resolve-ambiguous.ts';
const journal = 'apps/executor/src/execution/journal.ts';

/** What is done to targets. */
export const ofExecutor: readonly Mutant[] = [
  {
    id: 'kill-switch-not-read',
    file: attempt,
    find: 'parts.killSwitch.read(),',
    replace: 'Promise.resolve({ on: false } as const),',
    breaks: 'An effect begins without a look at the kill switch.',
  },
  {
    id: 'kill-switch-verdict-ignored',
    file: attempt,
    find: "if (kill.value.on) return { kind: 'stop', reason: kill.value.reason };",
    replace: '',
    breaks: 'The kill switch is read, and what it says is of no matter.',
  },
  {
    id: 'kill-switch-missing-is-off',
    file: killSwitch,
    find: "{ on: true, reason: 'the kill switch has no record, and that means on' }",
    replace: '{ on: false }',
    breaks: 'A kill switch whose record is gone stops nothing.',
  },
  {
    id: 'kill-switch-unreadable-is-off',
    file: killSwitch,
    find: 'return { on: true, reason: `the kill switch cannot be read, and that means on: ${cause}` };',
    replace: "return cause === '' ? { on: true, reason: cause } : { on: false };",
    breaks: 'A kill switch that cannot be read stops nothing.',
  },
  {
    id: 'leases-not-proved',
    file: attempt,
    find: 'holds.assertHeld(target),',
    replace: 'Promise.resolve(),',
    breaks: 'An effect begins on leases that another may hold by now.',
  },
  {
    id: 'lost-lease-ignored',
    file: attempt,
    find: "if (held.status === 'rejected') return { kind: 'lost', reason: String(held.reason) };",
    replace: '',
    breaks: 'The leases are proved, and a lost one is of no matter.',
  },
  {
    id: 'stale-answers-trusted',
    file: attempt,
    find: 'const freshMs = 1_000;',
    replace: 'const freshMs = 1_000_000;',
    breaks: 'A process that was frozen after it asked for leave acts on the old answers.',
  },
  {
    id: 'intent-not-written',
    file: attempt,
    find: 'let clearance = await askClearance(run, planned, journal.write(intended));',
    replace: 'journal.restart(intended); let clearance = await askClearance(run, planned);',
    breaks: 'An effect begins that no journal knows of.',
  },
  {
    id: 'intent-not-awaited',
    file: attempt,
    find: 'write ?? Promise.resolve(),',
    replace: 'void write?.catch(() => undefined),',
    breaks: 'An effect begins although its intent could not be written.',
  },
  {
    id: 'intent-not-withdrawn',
    file: attempt,
    find: 'journal.restart(withdrawIntent(journal.record, place));',
    replace: '',
    breaks: 'What the kill switch stopped before its effect stays open in the journal.',
  },
  {
    id: 'failure-told-as-success',
    file: 'apps/executor/src/execution/run-effect.ts',
    find: "outcome: result.ok ? 'succeeded' : 'failed',",
    replace: "outcome: 'succeeded',",
    breaks: 'An action that failed counts as done.',
  },
  {
    id: 'ended-execution-runs-again',
    file: 'apps/executor/src/execution/answers.ts',
    find: 'return [...endOfDryRun(journal), completedDraft(record)];',
    replace: 'return undefined;',
    breaks: 'A request that is delivered again after its execution ended is carried out again.',
  },
  {
    id: 'expiry-ignored',
    file: refuse,
    find: 'if (parts.now().toISOString() > remediation.expiresAt) {',
    replace: 'if (parts.now().toISOString() === remediation.expiresAt) {',
    breaks: 'A plan is carried out when the world has long moved on.',
  },
  {
    id: 'silence-ignored',
    file: refuse,
    find: "if (silence !== undefined) return { outcome: 'refused', refusedBy: 'silence', reason: silence };",
    replace: '',
    breaks: 'The executor begins on what people asked to be left alone.',
  },
  {
    id: 'unreadable-silence-ignored',
    file: 'apps/executor/src/execution/silences.ts',
    find: 'if (unreadable !== undefined) return `silence ${unreadable} cannot be read, so it may hold`;',
    replace: '',
    breaks: 'The executor takes a silence that it cannot read for none.',
  },
  {
    id: 'protected-target-touched',
    file: refuse,
    find: 'const own = remediation.targets.find((target) => protectedKeys.has(targetKey(target)));',
    replace: 'const own = remediation.targets.find((target) => protectedKeys.has(target.instance));',
    breaks: 'A request for a protected target is carried out.',
  },
  {
    id: 'precondition-ignored',
    file: 'apps/executor/src/execution/preconditions.ts',
    find: "return outcome.result === 'pass'",
    replace: "return outcome.check !== ''",
    breaks: 'A playbook runs although its pre-condition does not hold.',
  },
  {
    id: 'one-slot-too-many',
    file: holds,
    find: 'parts.leases.acquireSlot(slotLeasePrefix(service), maxUnavailable, executionId)',
    replace: 'parts.leases.acquireSlot(slotLeasePrefix(service), maxUnavailable + 1, executionId)',
    breaks: 'One instance more of a service is worked on than may be down at once.',
  },
  {
    id: 'some-holds-suffice',
    file: holds,
    find: 'if (taken.length === targets.length + services.length) {',
    replace: 'if (taken.length > 0) {',
    breaks: 'An execution begins with some of its holds, and another has the others.',
  },
  {
    id: 'holds-not-released',
    file: 'apps/executor/src/execution/execute.ts',
    find: 'if (taken?.ok === true && taken.value.ok) await taken.value.holds.release();',
    replace: '',
    breaks: 'What was refused keeps its target for as long as the process lives.',
  },
  {
    id: 'always-repeated-after-crash',
    file: ambiguous,
    find: 'switch (undoes === undefined ? planned.onAmbiguous : undoAnswer(planned.action)) {',
    replace: "switch ((undoes === undefined ? 'retry' : undoAnswer(planned.action)) as OnAmbiguous) {",
    breaks: 'What a crash left open is done again, whatever the action says.',
  },
  {
    id: 'probe-not-believed',
    file: ambiguous,
    find: "if (verdict === 'no_effect') {",
    replace: "if (verdict !== 'unknown') {",
    breaks: 'What a probe found to be done is done again.',
  },
  {
    id: 'undo-repeated-after-crash',
    file: ambiguous,
    find: "? 'retry' : 'escalate';",
    replace: "? 'retry' : 'retry';",
    breaks: 'An undo that may happen once only is made again after a crash.',
  },
  {
    id: 'journal-overwritten',
    file: journal,
    find: ': await this.#bucket.update(key, record, this.#revision);',
    replace: ': { ok: true as const, revision: await this.#bucket.put(key, record) };',
    breaks: 'Two executors write one journal, and the last one wins.',
  },
  {
    id: 'journal-conflict-ignored',
    file: journal,
    find: 'if (!written.ok) throw new JournalTakenError(record.remediation.executionId);',
    replace: 'if (!written.ok) return;',
    breaks: 'An executor goes on although another has written the journal.',
  },
];
