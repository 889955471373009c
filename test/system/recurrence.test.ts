import { eventually } from '@cortex/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startCortex, type Cortex } from './support/cortex.ts';
import { killPatient, startsOf, untilHealthy, type Adapt } from './support/site.ts';

const patience = { timeoutMs: 60_000, intervalMs: 50 };

/** Nothing loosened: limits of health and safety as a user has them who sets none. */
const byDefault: Adapt = ({ health: _health, safety: _safety, ...rest }) => rest;

async function withCortex(started: Promise<Cortex>, use: (cortex: Cortex) => Promise<void>): Promise<void> {
  const cortex = await started;
  try {
    await use(cortex);
  } finally {
    await cortex.stop();
  }
}

test('a process that is killed every ten seconds, six times, is healed each time, and told as recurring once', () =>
  withCortex(startCortex(1, { adapt: byDefault }), async (cortex) => {
    await untilHealthy(cortex);
    const [patient] = cortex.patients;
    if (patient === undefined) throw new Error('no patient');
    for (let kill = 1; kill <= 6; kill += 1) {
      const next = pause(10_000);
      killPatient(patient);
      await eventually(() => expect(startsOf(patient)).toBe(1 + kill), patience);
      await next;
    }
    await eventually(() => {
      expect(cortex.log.of('incident.opened').length).toBeGreaterThan(0);
      expect(cortex.log.of('incident.resolved')).toHaveLength(cortex.log.of('incident.opened').length);
    }, patience);
    const reasons = cortex.log.of('escalation.requested').map(({ data }) => String(data['reason']));
    expect(reasons).toEqual([expect.stringContaining('recurring')]);
  }));

test('when three of five are down before Cortex begins to watch, it heals them, dependencies first', () =>
  withCortex(
    startCortex(5, {
      isDead: (index) => index < 3,
      adapt: (plain) => ({
        ...byDefault(plain),
        // 0 needs 1, and 1 needs 2.
        services: (plain['services'] as { readonly name: string }[]).map((service, index) =>
          index < 2 ? { ...service, depends_on: [`patient${index + 1}`] } : service,
        ),
      }),
    }),
    async (cortex) => {
      await eventually(() => expect(cortex.patients.map(startsOf)).toEqual([2, 2, 2, 1, 1]), {
        timeoutMs: 120_000,
        intervalMs: 100,
      });
      const requested = cortex.log.of('remediation.requested').map(({ service }) => service);
      expect(requested).toEqual(['patient2', 'patient1', 'patient0']);
      expect(cortex.log.of('approval.requested')).toEqual([]);
      expect(
        cortex.log.of('decision.made').filter(({ data }) => JSON.stringify(data).includes('"code":"storm"')),
      ).toEqual([]);
    },
  ));
