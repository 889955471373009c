import { expect, test } from 'vitest';
import { Playbook } from '@cortex/contracts';
import { awaitedMetrics } from './awaited-metrics.ts';

function playbook(id: string, condition: string, verification: object): Playbook {
  const steps = [{ step: 1, name: 'a', action: 'a', params: {}, timeoutMs: 1 }];
  const rest = { name: id, version: '1', category: 'database', severity: 'high', rollback: { available: false } };
  return Playbook.parse({ id, trigger: { condition }, steps, verification, escalation: {}, safety: {}, ...rest });
}

test('playbooks wait for the metrics of triggers, verifications and trends, and not for what a signal says', () => {
  const shortTerm = { metrics: ['load_1m', 'cpu'], durationMs: 1, intervalMs: 1 };
  const found = awaitedMetrics([
    playbook('clean', 'disk > 85 AND inodes > 90', { conditions: ['disk < 75'], shortTerm }),
    playbook('restart', 'health_state == "UNHEALTHY"', { conditions: ['cpu < 50'] }),
  ]);
  expect(found).toEqual([
    { metric: 'cpu', by: ['verification of clean', 'verification of restart'] },
    { metric: 'disk', by: ['trigger of clean', 'verification of clean'] },
    { metric: 'inodes', by: ['trigger of clean'] },
    { metric: 'load_1m', by: ['verification of clean'] },
  ]);
});
