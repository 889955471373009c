import { ActionKilledError } from '@cortex/actions';
import { systemRuntime } from '@cortex/runtime';
import { expect, it } from 'vitest';
import { runEffect } from './run-effect.ts';

const options = { timeoutMs: 60_000, holdsSignal: new AbortController().signal, runtime: systemRuntime };

it('leaves it open whether an action that was killed had its effect', async () => {
  const killed = runEffect(() => Promise.reject(new ActionKilledError('overstay')), options);
  expect(await killed).toMatchObject({ outcome: 'ambiguous' });
});

it('takes an action that broke for one that failed half-way', async () => {
  const broken = runEffect(() => Promise.reject(new Error('no')), options);
  expect(await broken).toMatchObject({ outcome: 'failed', partial: true });
});
