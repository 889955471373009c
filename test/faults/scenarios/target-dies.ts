import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually, startRedis } from '@cortex/testing';
import { untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';

/** Connections that are just being opened or closed. */
const tolerance = 5;

export const targetDies: Scenario = {
  id: 'F37',
  title: 'a target dies again and again while it is checked',
  inject: 'a Redis with a deep check four times a second is killed and started again, twelve times',
  invariants: ['INV-7', 'INV-8', 'INV-9', 'INV-15'],
  isQuick: false,
  async run(seed, pace) {
    const redis = await startRedis();
    const check = { type: 'cache_functionality', interval: '250ms', timeout: '200ms', retries: 0 };
    const run = onCortex(
      {
        patients: 1,
        adapt: (plain) => ({
          ...plain,
          services: [...(plain['services'] as object[]), { name: 'cache', instances: [{ id: 'cache-1' }] }],
          checks: [
            ...(plain['checks'] as object[]),
            {
              ...check,
              name: 'cache',
              service: 'cache',
              tier: 'deep',
              params: { type: 'redis', host: '127.0.0.1', port: redis.port },
            },
          ],
        }),
      },
      async ({ site, chance, lasting, claim }) => {
        await untilHealthy(site);
        const checker = site.stack.services.get('health-checker');
        const before = openFiles(checker?.pid);
        for (let round = 0; round < lasting(12, 4); round += 1) {
          await redis.kill();
          await pause(chance.between(100, 1_000));
          await redis.restart();
          await pause(chance.between(300, 1_200));
        }
        const endedMs = Date.now();
        await eventually(() => site.log.of('health.checked', 'cache').at(-1)?.data['result'] === 'pass', {
          timeoutMs: 30_000,
        });
        const failed = site.log.of('health.checked', 'cache').filter(({ data }) => data['result'] !== 'pass').length;
        claim('INV-8', failed > 0, 'no check failed');
        claim('INV-15', checker?.starts === 1, 'the health-checker died');
        await eventually(() => openFiles(checker?.pid) <= before + tolerance, { timeoutMs: 10_000 }).catch(
          () => undefined,
        );
        const after = openFiles(checker?.pid);
        claim('INV-15', after <= before + tolerance, `${after} open files, and ${before} before`);
        return endedMs;
      },
    );
    try {
      return await run(seed, pace);
    } finally {
      await redis.stop();
    }
  },
};

function openFiles(pid: number | undefined): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
