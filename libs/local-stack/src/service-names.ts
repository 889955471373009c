import type { AppName } from '@cortex/contracts';

/** Every service, in the order of the loop. */
export const serviceNames = [
  'auditor',
  'collector',
  'detector',
  'health-checker',
  'decision',
  'executor',
  'verifier',
  'escalator',
  'learner',
  'console',
] as const satisfies readonly AppName[];
export type ServiceName = (typeof serviceNames)[number];
