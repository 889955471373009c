import { describe, expect, it } from 'vitest';
import { newRecord, recordIntent, recordResult } from './record.ts';
import { exampleRemediation } from './test-data/remediation.ts';
import { planWaves, questionBefore } from './waves.ts';
import type { Wave } from './waves.ts';

const at = new Date('2026-01-05T10:00:00.000Z');
const remediationOf = (instances: readonly string[], maxUnavailable: number) => ({
  ...exampleRemediation({ instances }),
  maxUnavailable,
});
const names = (waves: readonly Wave[]) => waves.map((wave) => wave.map(({ instance }) => instance).join(''));

describe('waves', () => {
  it.each([
    [1, ['a', 'b', 'c', 'd', 'e']],
    [2, ['ab', 'cd', 'e']],
    [5, ['abcde']],
    [9, ['abcde']],
  ])('of at most %i targets, in order', (maxUnavailable, waves) => {
    expect(names(planWaves(remediationOf(['a', 'b', 'c', 'd', 'e'], maxUnavailable)))).toEqual(waves);
  });

  it('each but the first asks whether those before it serve again, until it has begun', () => {
    const remediation = remediationOf(['a', 'b', 'c', 'd'], 2);
    const [a, b, c, d] = remediation.targets;
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four targets');
    const start = newRecord(remediation, at);
    expect([a, b].map((target) => questionBefore(start, target))).toEqual([undefined, undefined]);
    expect(questionBefore(start, c)).toEqual({ kind: 'serve_again', targets: [a, b] });
    expect(questionBefore(start, d)).toEqual({ kind: 'serve_again', targets: [a, b] });

    const place = { phase: 'remediation', step: 1, target: c } as const;
    const open = recordIntent(start, { ...place, attempt: 1 }, { token: 1, before: {}, at });
    const begun = recordResult(open, place, { name: 'x', action: 'no_op' }, { outcome: 'succeeded', detail: '', at });
    for (const record of [open, begun]) {
      expect([c, d].map((target) => questionBefore(record, target))).toEqual([undefined, undefined]);
    }
  });
});
