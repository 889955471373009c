import type { CheckOutcome, CheckResultKind, CheckTier, HealthState } from '@cortex/contracts';
import { healthBucket, HealthChange, HealthRecord } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { forgetWellbeing, resumeHealth, unknownHealth } from './memory.ts';
import type { TargetHealth } from './memory.ts';
import { changeKey, stepHealth } from './step-health.ts';
import type { StepHealthSettings } from './step-health.ts';
import { isWorthSaving } from './worth-saving.ts';

const target = { service: 'shop', instance: 'shop-1' };
const beginning = Date.parse('2026-01-01T00:00:00.000Z');

function at(second: number): string {
  return new Date(beginning + second * 1_000).toISOString();
}

const resultOf: Readonly<Record<string, CheckResultKind>> = { '+': 'pass', '-': 'fail', '!': 'timeout' };

/** `http+` passes, `http-` fails, `http!` times out, `http?` could not be made. */
function result(text: string, second: number, tier: CheckTier = 'shallow'): CheckOutcome {
  const kind = text.slice(-1);
  return {
    check: text.slice(0, -1),
    type: 'http_endpoint',
    tier,
    target,
    result: resultOf[kind] ?? 'error',
    attempts: 1,
    durationMs: 1,
    detail: kind === '-' ? 'refused' : 'fine',
    evidence: {},
    observedAt: at(second),
  };
}

function settings(checks: string, changes: Partial<StepHealthSettings> = {}): StepHealthSettings {
  return {
    recoverAfter: 2,
    flapping: { returns: 6, withinMs: 600_000 },
    checks: checks.split(' ').map((text) => {
      const [name = '', tier = 'shallow'] = text.split(':');
      return { name, tier: tier as CheckTier };
    }),
    ...changes,
  };
}

/** Feeds one result per five seconds; returns the last state and every change on the way. */
function run(results: string, given: StepHealthSettings, from = unknownHealth(target, at(0))) {
  let state = from;
  const changes: HealthChange[] = [];
  results.split(' ').forEach((text, index) => {
    const tier = given.checks.find(({ name }) => name === text.slice(0, -1))?.tier ?? 'shallow';
    const step = stepHealth(state, result(text, index * 5, tier), given, at(index * 5));
    state = step.state;
    if (step.change) changes.push(HealthChange.parse(step.change));
  });
  return { state, changes };
}

describe('the state of a target', () => {
  it.each<[string, string, string, HealthState]>([
    ['nothing is known until every check has reported', 'a b', 'a+', 'UNKNOWN'],
    ['all pass', 'a b', 'a+ b+', 'HEALTHY'],
    ['one of three shallow checks fails', 'a b c', 'a+ b+ c-', 'DEGRADED'],
    ['two of four shallow checks fail', 'a b c d', 'a+ b+ c- d-', 'DEGRADED'],
    ['three shallow checks fail', 'a b c d', 'a+ b- c- d-', 'UNHEALTHY'],
    ['all of two shallow checks fail', 'a b', 'a- b-', 'UNHEALTHY'],
    ['the only shallow check fails once', 'a', 'a-', 'DEGRADED'],
    ['one shallow check fails three rounds in a row', 'a b', 'a- b+ a- b+ a-', 'UNHEALTHY'],
    ['one shallow check fails, but not three rounds in a row', 'a b', 'a- b+ a- a+ a- a-', 'DEGRADED'],
    ['a round that could not be made interrupts no row of failures', 'a b', 'b+ a- a- a? a-', 'UNHEALTHY'],
    ['one deep check fails', 'a b:deep', 'a+ b-', 'UNHEALTHY'],
    ['a comprehensive check fails', 'a b:deep c:comprehensive', 'a+ b- c-', 'CRITICAL'],
    ['trouble is seen before every check has reported', 'a b c:comprehensive', 'a- b-', 'UNHEALTHY'],
    ['a check that could not be made proves nothing', 'a b', 'a+ b?', 'UNKNOWN'],
    ['a healthy target stays so over a round or two that could not be made', 'a', 'a+ a? a?', 'HEALTHY'],
    ['a healthy target is unknown after three rounds that could not be made', 'a', 'a+ a? a? a?', 'UNKNOWN'],
    ['a failing check stays failing while it cannot be made', 'a b', 'b+ a- a? a? a? a?', 'DEGRADED'],
    ['one pass is no recovery', 'a b', 'b+ a- a+', 'DEGRADED'],
    ['two passes in a row are a recovery', 'a b', 'b+ a- a+ a+', 'HEALTHY'],
    ['two passes with a failure between are none', 'a b', 'b+ a- a+ a- a+', 'DEGRADED'],
    ['two passes with an unmade round between are none', 'a b', 'b+ a- a+ a? a+', 'DEGRADED'],
    ['UNHEALTHY by persistence lasts until recovery, not until the first pass', 'a b', 'b+ a- a- a- a+', 'UNHEALTHY'],
  ])('%s', (_case, checks, results, expected) => {
    expect(run(results, settings(checks)).state.state).toBe(expected);
  });

  it('changes once, and says when it began and what fails', () => {
    const { changes } = run('a+ b+ a- a- a- a-', settings('a b'));
    expect(changes.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'UNKNOWN HEALTHY',
      'HEALTHY DEGRADED',
      'DEGRADED UNHEALTHY',
    ]);
    expect(changes[2]).toMatchObject({ since: at(10), failing: [{ check: 'a', detail: 'refused' }] });
    expect(changes[2]?.reason).toContain('three times in a row: a');
  });

  it('says that a recovery began with the first pass of the streak that confirmed it', () => {
    const { changes, state } = run('a+ a- a+ a+', settings('a'));
    expect(changes.at(-1)).toMatchObject({ from: 'DEGRADED', to: 'HEALTHY', since: at(10), failing: [] });
    expect(state.since).toBe(at(10));
  });

  it('ignores a result that is older than the last one of its check', () => {
    const { state } = run('a+ a+', settings('a'));
    const late = stepHealth(state, result('a-', 1), settings('a'), at(20));
    expect(late).toEqual({ state });
  });

  it('forgets a check that is no longer configured', () => {
    const { state } = run('a+ b- b-', settings('a b'));
    const step = stepHealth(state, result('a+', 30), settings('a'), at(30));
    expect(step.change).toMatchObject({ from: 'DEGRADED', to: 'HEALTHY' });
    expect(Object.keys(step.state.memory.checks)).toEqual(['a']);
  });
});

describe('what fails while the state stays the same', () => {
  const given = settings('q:deep a b');

  it('is told whenever another check fails or passes, and not otherwise', () => {
    const { changes } = run('q+ a+ b+ q- a- a- b- a+ a+ q- q-', given);
    const told = changes.filter(({ to }) => to === 'UNHEALTHY');
    expect(told.map(({ failing }) => failing.map(({ check }) => check))).toEqual([
      ['q'],
      ['q', 'a'],
      ['q', 'a', 'b'],
      ['q', 'b'],
    ]);
    expect(new Set(told.map(({ since }) => since))).toEqual(new Set([at(15)]));
    expect(told[1]?.reason).toBe('deep check fails: q; also a');
  });

  it('is no change of state for flapping', () => {
    const restless = { ...given, recoverAfter: 1, flapping: { returns: 2, withinMs: 600_000 } };
    expect(run('q+ a+ b+ q- a- a+ a- a+ a- a+', restless).state.flapping).toBe(false);
  });

  it('is numbered: of two changes the later one has more', () => {
    const { changes } = run('q+ a+ b+ q- a- b- q+ q+ a+ a+ b+ b+', given);
    const sequences = changes.map(({ sequence }) => sequence ?? 0);
    expect(sequences).toEqual(sequences.toSorted((left, right) => left - right));
    expect(new Set(sequences).size).toBe(changes.length);
  });
});

describe('the checks that have not answered since the trouble began', () => {
  const given = settings('q:deep a b w:comprehensive');

  it('are named until they have, and the last answer is told though nothing else changes', () => {
    const { changes } = run('q+ a+ b+ w+ q- q- a+ b+ q-', given);
    expect(changes.map(({ to, pending }) => [to, pending])).toEqual([
      ['HEALTHY', []],
      ['UNHEALTHY', ['a', 'b']],
      ['UNHEALTHY', []],
    ]);
  });

  it('are counted from the beginning of the trouble, not of its present state', () => {
    const { changes } = run('q+ a+ b+ w+ a- b+ q- a-', given);
    expect(changes.slice(1).map(({ to, pending }) => [to, pending])).toEqual([
      ['DEGRADED', ['q', 'b']],
      ['UNHEALTHY', []],
    ]);
  });

  it('begin anew with the next trouble', () => {
    const { changes } = run('q+ a+ b+ w+ a- q+ b+ a+ a+ a-', given);
    expect(changes.at(-1)).toMatchObject({ from: 'HEALTHY', to: 'DEGRADED', pending: ['q', 'b'] });
  });
});

describe('dependencies that are down', () => {
  const given = settings('a b');
  const blocked = { ...given, dependenciesDown: ['db', 'disk'] };

  it('are named by a target in trouble, and by it alone', () => {
    expect(run('a+ b+ a+', blocked).changes.map(({ dependenciesDown }) => dependenciesDown)).toEqual([[]]);
    const { changes } = run('a+ b+ a-', blocked);
    expect(changes.at(-1)).toMatchObject({ to: 'DEGRADED', dependenciesDown: ['db', 'disk'] });
    expect(changes.at(-1)?.reason).toContain('it depends on db, disk, down');
  });

  it('are announced once when they go down later, and once when they are up again', () => {
    const { state } = run('a+ b+ a- b+', given);
    const down = stepHealth(state, result('a-', 20), blocked, at(20));
    expect(down.change).toMatchObject({ from: 'DEGRADED', to: 'DEGRADED', dependenciesDown: ['db', 'disk'] });
    expect(down.change?.since).toBe(state.since);
    expect(stepHealth(down.state, result('b+', 21), blocked, at(21)).change).toBeUndefined();
    expect(changeKey(down.state)).not.toBe(changeKey(state));
    const up = stepHealth(down.state, result('b+', 22), given, at(22));
    expect(up.change).toMatchObject({ from: 'DEGRADED', to: 'DEGRADED', dependenciesDown: [] });
  });

  it('do not count as state changes of the target', () => {
    const restless = { ...given, flapping: { returns: 1, withinMs: 600_000 } };
    let { state } = run('a+ b+ a-', restless);
    for (let second = 20; second < 30; second += 1) {
      const dependenciesDown = second % 2 === 0 ? ['db'] : [];
      ({ state } = stepHealth(state, result('b+', second), { ...restless, dependenciesDown }, at(second)));
    }
    expect(state.flapping).toBe(false);
  });
});

describe('trouble that goes on', () => {
  const given = settings('a b');
  const down = run('a+ b+ a- b-', given).state;

  it('is told again, more and more rarely, with the time of the newest result', () => {
    let state = down;
    const told: number[] = [];
    for (let second = 20; second < 300; second += 5) {
      const step = stepHealth(state, result('a-', second), given, at(second));
      ({ state } = step);
      if (step.change === undefined) continue;
      told.push(second);
      expect(step.change).toMatchObject({ from: 'UNHEALTHY', to: 'UNHEALTHY', since: at(second), goesOn: true });
    }
    expect(told).toEqual([45, 105, 225]);
    expect(state.since).toBe(down.since);
  });

  it('is not told by a check that passes', () => {
    const other = settings('a b c');
    const { state } = run('a+ b+ c+ a- b- c+', other);
    expect(stepHealth(state, result('c+', 600), other, at(600)).change).toBeUndefined();
  });
});

describe('a target that was in trouble when its watch began', () => {
  const given = { ...settings('a b', { recoverAfter: 1 }), watchedSince: at(100) };

  it('is marked until all its checks have passed', () => {
    const { changes } = run('a- b-', given);
    expect(changes).toMatchObject([{ atStart: true }, { atStart: true }]);
    const { state } = run('a- b- a+ b+', settings('a b', { recoverAfter: 1 }));
    expect(state.atStart).toBeUndefined();
  });

  it('is marked also when it was well before, and nobody watched since', () => {
    const before = forgetWellbeing(run('a+ b+', given).state);
    const { change, state } = stepHealth(before, result('a-', 101), given, at(101));
    expect([change?.atStart, state.atStart]).toEqual([true, true]);
  });

  it('is not marked when it was seen well since', () => {
    let state = forgetWellbeing(run('a+ b+', given).state);
    ({ state } = stepHealth(state, result('a+', 101), given, at(101)));
    ({ state } = stepHealth(state, result('b+', 102), given, at(102)));
    expect(stepHealth(state, result('a-', 103), given, at(103)).change?.atStart).toBeUndefined();
  });

  it('is well again before that is forgotten by a restart', () => {
    const before = forgetWellbeing(run('a+ b+', given).state);
    const { state: half } = stepHealth(before, result('a+', 101), given, at(101));
    const { state: well } = stepHealth(half, result('b+', 102), given, at(102));
    expect(isWorthSaving(half, well, 1)).toBe(true);
  });
});

describe('flapping', () => {
  const given = settings('a b', { recoverAfter: 1, flapping: { returns: 2, withinMs: 60_000 } });
  /** Down by both checks, and back: four changes of state, one return of trouble. */
  const failure = 'a- b- a+ b+';
  const frozen = run(`a+ b+ ${failure} ${failure} ${failure} a-`, given).state;

  it('counts returns of trouble, not the states of one failure and its recovery', () => {
    const { state, changes } = run(`a+ b+ ${failure} ${failure} ${failure}`, given);
    expect(changes).toHaveLength(13);
    expect(state).toMatchObject({ state: 'HEALTHY', flapping: false });
  });

  it('begins with more returns than allowed within the span', () => {
    const { changes } = run(`a+ b+ ${failure} ${failure} ${failure} a-`, given);
    expect(changes.at(-1)).toMatchObject({ to: 'DEGRADED', flapping: true });
    expect(changes.at(-1)?.reason).toContain('trouble came back more than 2 times within 60 s');
  });

  it('does not begin when the returns are further apart', () => {
    const rare = settings('a b', { recoverAfter: 1, flapping: { returns: 2, withinMs: 30_000 } });
    expect(run(`a+ b+ ${failure} ${failure} ${failure} ${failure} a-`, rare).state.flapping).toBe(false);
  });

  it('goes on while the target is in trouble, however long', () => {
    // All checks have answered since the trouble began.
    const known = stepHealth(frozen, result('b+', 499), given, at(499)).state;
    const later = stepHealth(known, result('b+', 500), given, at(500));
    expect(later).toMatchObject({ state: { state: 'DEGRADED', flapping: true } });
    expect(later.change).toBeUndefined();
  });

  it('ends when the target has been well for a whole span, and says so once', () => {
    const well = stepHealth(frozen, result('a+', 75), given, at(75));
    expect(well.state).toMatchObject({ state: 'HEALTHY', flapping: true });
    const over = stepHealth(well.state, result('a+', 131), given, at(131));
    expect(over.change).toMatchObject({ from: 'HEALTHY', to: 'HEALTHY', flapping: false, since: well.state.since });
    expect(stepHealth(over.state, result('a+', 136), given, at(136)).change).toBeUndefined();
  });

  it('is lifted by a human, and what was before counts no more', () => {
    const unfrozen = { ...given, unfrozenAt: at(72) };
    const lifted = stepHealth(frozen, result('a-', 75), unfrozen, at(75));
    expect(lifted.change).toMatchObject({ to: 'DEGRADED', flapping: false });
    expect(lifted.change?.reason).toContain('no longer flapping');
    const again = run(`a- b- a+ b+ ${failure}`, { ...unfrozen, unfrozenAt: at(0) }, { ...frozen });
    expect(again.state.flapping).toBe(true);
  });

  it('a freeze that was lifted may begin anew', () => {
    const unfrozen = { ...given, unfrozenAt: at(72) };
    let { state } = stepHealth(frozen, result('a-', 75), unfrozen, at(75));
    for (const [index, text] of `a+ ${failure} ${failure} ${failure}`.split(' ').entries()) {
      ({ state } = stepHealth(state, result(text, 80 + index), unfrozen, at(80 + index)));
    }
    expect(state.flapping).toBe(true);
  });
});

describe('trouble that comes back before the target was healthy again', () => {
  const given = settings('a b', { recoverAfter: 2, flapping: { returns: 2, withinMs: 600_000 } });

  it('is told, with the time since when it is back', () => {
    const { changes } = run('a+ b+ a- b- a+ b+ a-', given);
    expect(changes.at(-1)).toMatchObject({ from: 'UNHEALTHY', to: 'UNHEALTHY', since: at(30) });
    expect(changes).toHaveLength(4);
  });

  it('is told when the check that fails had counted as passing again, and another not yet', () => {
    const { changes } = run('a+ b+ a- b- a+ a+ b+ a-', given);
    expect(changes.at(-1)).toMatchObject({ from: 'DEGRADED', since: at(35) });
  });

  it('is told once, not for each check that fails again', () => {
    expect(run('a+ b+ a- b- a+ b+ a- b-', given).changes).toHaveLength(4);
  });

  it('is no return while something has failed all along', () => {
    expect(run('a+ b+ a- b- a+ a- a+ a-', given).changes).toHaveLength(3);
  });

  it('counts as a return', () => {
    expect(run('a+ b+ a- b- a+ b+ a- b- a+ b+ a- b- a+ b+ a-', given).state.flapping).toBe(true);
  });
});

describe('a stored state', () => {
  it('continues where it was, through JSON', () => {
    const given = settings('a b');
    const { state } = run('a+ b+ a- a-', given);
    const stored = HealthRecord.parse(JSON.parse(JSON.stringify(state)));
    expect(resumeHealth(stored)).toEqual(state);
    expect(stepHealth(resumeHealth(stored), result('a-', 99), given, at(99)).change).toMatchObject({ to: 'UNHEALTHY' });
  });

  it('continues a record from a release whose failures said `passed: false`', () => {
    const given = settings('a b');
    const { state } = run('a+ b+ a- a-', given);
    const old = JSON.stringify(state).replaceAll('"result":"fail"', '"passed":false');
    expect(old).toContain('"lastFailure":{"check":"a","type":"http_endpoint","tier":"shallow"');
    expect(resumeHealth(healthBucket.value.parse(JSON.parse(old)))).toEqual(state);
  });

  it('keeps the announced state when its memory is of another shape', () => {
    const { state } = run('a+', settings('a'));
    const old: HealthRecord = { ...state, memory: { version: 0 } };
    const resumed: TargetHealth = resumeHealth(old);
    expect(resumed.state).toBe('HEALTHY');
    expect(stepHealth(resumed, result('a+', 99), settings('a'), at(99)).change).toBeUndefined();
  });

  it('gives every change a key of its own, and the same key again after a restart', () => {
    const keys = new Set<string>();
    let state = unknownHealth(target, at(0));
    let changes = 0;
    'a+ a- a+ a+ a- a+ a+'.split(' ').forEach((text, index) => {
      const step = stepHealth(state, result(text, index), settings('a'), at(index));
      state = step.state;
      if (step.change === undefined) return;
      changes += 1;
      keys.add(changeKey(state));
    });
    expect(keys.size).toBe(changes);
    expect(changeKey(resumeHealth(JSON.parse(JSON.stringify(state))))).toBe(changeKey(state));
  });
});
