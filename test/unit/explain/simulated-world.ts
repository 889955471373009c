import type { SafetyPolicy } from '@cortex/contracts';
import { type World, makePlaybook, makeSafety, makeService } from '@cortex/decision/testing';
import type { SeededRandom } from './random.ts';

const restart = makePlaybook({ rollback: { available: true }, safety: { maxRetries: 1 } });
const forced = makePlaybook({ id: 'forced-restart', metadata: { successRate: 0.3 }, safety: { maxRetries: 0 } });
const clean = makePlaybook({
  id: 'clean',
  category: 'infrastructure',
  trigger: { condition: 'disk_usage_percent > 85' },
});
const careful = makePlaybook({
  id: 'careful',
  trigger: { condition: 'health_state == "CRITICAL"' },
  safety: { requireApproval: true },
});
const whole = makePlaybook({
  id: 'whole',
  metadata: { successRate: 0.9 },
  trigger: { condition: 'health_state == "UNHEALTHY"' },
  rollback: { available: true },
  safety: { blastRadius: 'single_service' },
});
const nightly = makePlaybook({
  id: 'nightly',
  metadata: { successRate: 0.95 },
  safety: { maintenanceWindowOnly: true },
});
const slow = makePlaybook({
  id: 'slow',
  trigger: { condition: '"http_endpoint" in failing_check_types', durationMs: 60_000 },
  safety: { cooldownMs: 120_000 },
});

/** Services, playbooks and limits: some of everything, by the seed. */
export function makeWorld(random: SeededRandom): World {
  const instances = random.pick([1, 1, 2, 3, 4, 12]);
  const shop = makeService('shop', instances, {
    dependsOn: random.chance(0.4) ? ['db'] : [],
    users: 500,
    ...(random.chance(0.25) ? { critical: true } : {}),
    ...(random.chance(0.04) ? { remediate: false } : {}),
    ...(random.chance(0.3) ? { minHealthy: 0 } : {}),
    ...(random.chance(0.2) ? { environment: 'staging' } : {}),
  });
  const dependants = ['a', 'b', 'c', 'd', 'e']
    .slice(0, random.pick([0, 0, 0, 0, 1, 5]))
    .map((name) => makeService(name, 1, { dependsOn: ['shop'], users: 100 }));
  const usual = [restart, forced, clean, careful, whole, slow].filter(() => random.chance(0.6));
  const rare = random.chance(0.25) ? [nightly] : [];
  return {
    services: [shop, makeService('db'), ...dependants, makeService('blog'), makeService('mail')],
    playbooks: [...usual, ...rare],
    safety: makeLimits(random),
  };
}

function makeLimits(random: SeededRandom): SafetyPolicy {
  const monday = { name: 'monday', days: [1], from: '10:00', to: '10:10', timezone: 'UTC' };
  return makeSafety({
    maxAttempts: random.pick([2, 3, 4]),
    dryRun: random.chance(0.08),
    freezeWindows: random.chance(0.1) ? [monday] : [],
    maintenanceWindows: random.chance(0.3) ? [{ ...monday, from: '10:05', to: '11:00', pausesChecksOf: [] }] : [],
    protectedTargets: random.chance(0.06) ? [{ service: 'shop', instance: 'shop-1' }] : [],
  });
}
