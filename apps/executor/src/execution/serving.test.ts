import { builtinChecks } from '@cortex/checks';
import type { CheckPlugin } from '@cortex/checks';
import { CheckDefinition } from '@cortex/contracts';
import type { CheckTier } from '@cortex/contracts';
import { systemRuntime } from '@cortex/runtime';
import { describe, expect, it } from 'vitest';
import { remediationOf } from '../test/remediation.ts';
import type { ExecutorParts } from './parts.ts';
import { looksServing } from './serving.ts';

const [target] = remediationOf({ targets: [{ instance: 'web-1' }], steps: [{ action: 'no_op' }] }).targets;
const { signal } = new AbortController();
const [open, closed] = [1, 2];

function looked(checks: readonly { readonly tier: CheckTier; readonly passes: boolean }[]) {
  const told = builtinChecks.get('tcp_port');
  if (told === undefined) throw new Error('no check tcp_port');
  const plugin: CheckPlugin = {
    ...told,
    run: (params) => Promise.resolve({ passed: (params as { port: number }).port === open, detail: 'as it is told' }),
  };
  const configuredChecks = checks.map(({ tier, passes }, index) =>
    CheckDefinition.parse({
      name: `${tier}-${index}`,
      type: 'told',
      tier,
      target: { service: 'shop', instance: 'web-1' },
      intervalMs: 1_000,
      timeoutMs: 1_000,
      retries: 3,
      params: { port: passes ? open : closed },
    }),
  );
  const { now } = systemRuntime;
  const parts = { configuredChecks, checks: new Map([['told', plugin]]), now, runtime: systemRuntime };
  if (target === undefined) throw new Error('a target');
  return looksServing(parts as unknown as ExecutorParts, target, signal);
}

describe('a target', () => {
  it('serves when all of its checks pass', async () => {
    const checks = [
      { tier: 'shallow', passes: true },
      { tier: 'deep', passes: true },
    ] as const;
    expect(await looked(checks)).toEqual({ kind: 'serves' });
    expect(await looked([...checks, { tier: 'deep', passes: false }])).toEqual({
      kind: 'does_not',
      detail: 'deep-2 of web-1: as it is told',
    });
  });

  it('without a check never counts as serving', async () => {
    expect(await looked([])).toEqual({ kind: 'nobody_can_tell', detail: 'no health check looks at web-1' });
  });

  it('is asked by comprehensive checks only where there are no others', async () => {
    expect(await looked([{ tier: 'comprehensive', passes: false }])).toMatchObject({ kind: 'does_not' });
    const both = [
      { tier: 'comprehensive', passes: false },
      { tier: 'shallow', passes: true },
    ] as const;
    expect(await looked(both)).toEqual({ kind: 'serves' });
  });
});
