import { controlBucket, killSwitchKey } from '@cortex/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { startRunInMemory, switchOff } from '../test/run-in-memory.ts';
import type { RunInMemory } from '../test/run-in-memory.ts';
import { attempt } from './attempt.ts';
import { JournalTakenError, TryAgainLater } from './errors.ts';
import type { ExecutionRun } from './execution-run.ts';
import { Journal } from './journal.ts';

describe('an attempt', () => {
  let given: RunInMemory;
  beforeEach(async () => {
    given = await startRunInMemory();
    return () => given.stop();
  });

  const attemptOnce = (changes: Partial<ExecutionRun> = {}) => {
    const { run, planned } = given;
    return attempt({ ...run, ...changes }, { phase: 'remediation', planned, attempt: 1 }, () => undefined);
  };
  const entries = async () => (await given.parts.journal.get(given.plan.executionId))?.value.entries;

  it('is an intent, the effect, and its result', async () => {
    expect(await attemptOnce()).toEqual({ kind: 'done' });
    expect(given.effects()).toBe(1);
    expect(await entries()).toMatchObject([{ result: { outcome: 'succeeded', detail: 'touched' } }]);
  });

  it('has no effect once the lease is lost, and leaves no intent', async () => {
    const { leaseRecords } = given.parts;
    for (const key of await leaseRecords.keys()) await leaseRecords.delete(key);
    await expect(attemptOnce()).rejects.toBeInstanceOf(TryAgainLater);
    expect(given.effects()).toBe(0);
    expect(await entries()).toEqual([]);
  });

  it('has no effect while the kill switch is on', async () => {
    await (await given.bus.bucket(controlBucket)).put(killSwitchKey, { ...switchOff, on: true });
    expect(await attemptOnce()).toMatchObject({ kind: 'stopped', by: 'kill_switch' });
    expect(given.effects()).toBe(0);
  });

  it('has no effect where another executor has written the journal, before its first word or after', async () => {
    const { journal } = given.run;
    const other = Journal.begin(given.parts.journal, journal.record);
    await other.write(journal.record);
    await expect(attemptOnce()).rejects.toBeInstanceOf(JournalTakenError);
    const own = await Journal.read({ ...given.parts, journalArchive: given.parts.journal }, given.plan.executionId);
    if (own === undefined) throw new RangeError('no journal');
    await other.write(journal.record);
    await expect(attemptOnce({ journal: own })).rejects.toBeInstanceOf(JournalTakenError);
    expect(given.effects()).toBe(0);
  });

  it('has no effect when nobody waits for it any more', async () => {
    const deadline = new Date(Date.now() - 1);
    expect(await attemptOnce({ deadline })).toMatchObject({ kind: 'stopped', by: 'deadline' });
    expect(given.effects()).toBe(0);
  });
});
