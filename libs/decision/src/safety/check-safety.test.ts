import { expect, test } from 'vitest';
import { makePlaybook } from '../testing/scenario.ts';
import { radiusLimit } from './check-safety.ts';

test('a plan that reaches further than its playbook may is excluded', () => {
  const playbook = makePlaybook({ safety: { blastRadius: 'single_service' } });
  const verdicts = (['single_instance', 'single_service', 'multiple_services', 'cluster_wide'] as const).map(
    (level) => radiusLimit({ level, playbook }).verdict,
  );
  expect(verdicts).toEqual(['pass', 'pass', 'exclude', 'exclude']);
});
