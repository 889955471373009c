import type { CortexConfiguration } from '@cortex/contracts';
import { expect, it } from 'vitest';
import { servicesWithThread } from './threads.ts';

const configurationWith = (pluginFolders: readonly string[]): CortexConfiguration =>
  ({ pluginFolders }) as unknown as CortexConfiguration;

it('gives the detector a thread of its own, and with plugins of the user whoever calls them', () => {
  expect([...servicesWithThread(configurationWith([]))]).toEqual(['detector']);
  expect([...servicesWithThread(configurationWith(['plugins']))].toSorted()).toEqual([
    'detector',
    'escalator',
    'executor',
    'health-checker',
    'verifier',
  ]);
});
