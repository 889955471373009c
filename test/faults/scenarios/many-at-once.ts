import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { eventDefinitions } from '@cortex/contracts';
import { eventually } from '@cortex/testing';
import { anomalyEvent } from '../../bench/support/anomaly.ts';
import { hostileMessages, subjectFor } from '../../system/support/hostile-messages.ts';
import { peakMebibytes } from '../../system/support/peak-memory.ts';
import { killPatient, startPatient, untilHealthy, type Patient } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { effectsOn } from '../site/effects.ts';
import { restartPlaybook } from '../site/playbook.ts';
import { untilHealed } from '../site/waiting.ts';

export const manyOfOneService: Scenario = {
  id: 'F27',
  title: 'several instances of one service die at once',
  inject:
    'two or three of five instances die at once, in half of the runs while the kill switch is on; each serves 2 s after its start',
  invariants: ['INV-1', 'INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-10'],
  isQuick: false,
  run: onCortex(
    {
      patients: 5,
      instancesPerService: 5,
      adapt: (plain) => ({ ...plain, services: (plain['services'] as Service[]).map(withSlowInstances) }),
      playbooks: [restartPlaybook({ safety: { max_retries: 5, blast_radius: 'single_service' } })],
    },
    async ({ site, chance }) => {
      await untilHealthy(site);
      const count = 2 + Math.floor(chance.between(0, 2));
      // What was held is decided on together, and asked for.
      site.log.onEvent(({ type, data }) => {
        const { approvalId } = (data['approval'] ?? {}) as { readonly approvalId?: string };
        if (type === 'approval.requested') void site.ask('POST', `/approvals/${approvalId}/approve`, { by: 'ada' });
      });
      const isHeld = chance.random() < 0.5;
      if (isHeld) await site.turnKillSwitch(true);
      for (const patient of site.patients.slice(0, count)) {
        killPatient(patient);
        await pause(chance.between(0, 400));
      }
      if (isHeld) {
        await pause(4_000);
        await site.turnKillSwitch(false);
      }
      const endedMs = Date.now();
      await untilHealed(site, 1);
      return endedMs;
    },
  ),
};

interface Service {
  readonly instances: readonly { readonly process: { readonly env: Readonly<Record<string, string>> } }[];
}

/** Three of five may be down, one may be worked on. */
function withSlowInstances(service: Service): object {
  const instances = service.instances.map((instance) => ({
    ...instance,
    process: { ...instance.process, env: { ...instance.process.env, PATIENT_SERVES_AFTER_MS: '2000' } },
  }));
  return { ...service, instances, min_healthy: 0, max_unavailable: 1 };
}

export const storm: Scenario = {
  id: 'F25',
  title: 'most services go down at once',
  inject: 'all of six services die within two seconds; more than four in ten are a storm',
  invariants: ['INV-1', 'INV-2', 'INV-7', 'INV-8', 'INV-9'],
  isQuick: false,
  run: onCortex(
    {
      patients: 6,
      adapt: (plain) => ({
        ...plain,
        safety: {
          ...(plain['safety'] as object),
          storm: { ratio: 0.4, min_services: 3, cooldown: '5s' },
        },
      }),
    },
    async ({ site, chance, claim }) => {
      await untilHealthy(site);
      for (const patient of site.patients) {
        killPatient(patient);
        await pause(chance.between(0, 300));
      }
      await pause(15_000);
      const effects = effectsOn(site.patients).length;
      claim('INV-1', effects <= 2, `${effects} effects during a storm`);
      const told = new Set(site.pages.filter(({ kind }) => kind === 'page').map(({ incidentId }) => incidentId)).size;
      claim('INV-9', told <= 1, `${told} incidents of one storm were told one by one`);
      claim('INV-8', told >= 1, 'nobody was called during a storm');
      const endedMs = Date.now();
      for (const patient of site.patients) {
        killPatient(patient);
        startPatient(patient);
      }
      await untilHealed(site, site.patients.length);
      return endedMs;
    },
  ),
};

const returns = 2;

export const flapping: Scenario = {
  id: 'F26',
  title: 'a target comes and goes',
  inject:
    'it dies again each time that it was healed, for minutes; it is frozen when it came back twice within five minutes',
  invariants: ['INV-2', 'INV-4', 'INV-7', 'INV-9'],
  isQuick: false,
  run: onCortex(
    {
      patients: 1,
      adapt: (plain) => ({ ...plain, health: { recover_after: 1, flapping: { returns, within: '5m' } } }),
    },
    async ({ site, chance, lasting, claim }) => {
      await untilHealthy(site);
      const [patient] = site.patients;
      if (patient === undefined) throw new RangeError('a patient');
      const untilMs = Date.now() + lasting(120_000, 30_000);
      while (Date.now() < untilMs) {
        killPatient(patient);
        await eventually(() => site.samples.at(-1)?.up[0] === true, { timeoutMs: 10_000 }).catch(() => false);
        await pause(chance.between(2_000, 4_000));
      }
      const effects = effectsOn(site.patients).length;
      claim(
        'INV-4',
        effects >= 1 && effects <= returns + 1,
        `${effects} effects on a target that came back ${returns} times`,
      );
      return undefined;
    },
  ),
};

export const rootFirst: Scenario = {
  id: 'F28',
  title: 'a service and one that depends on it go down',
  inject: 'both die within a second, in either order',
  invariants: ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-10'],
  isQuick: true,
  run: onCortex(
    {
      adapt: (plain) => ({
        ...plain,
        services: (plain['services'] as { name: string }[]).map((service) =>
          service.name === 'patient1' ? { ...service, depends_on: ['patient0'] } : service,
        ),
      }),
    },
    async ({ site, chance, claim }) => {
      await untilHealthy(site);
      const order = chance.random() < 0.5 ? site.patients : site.patients.toReversed();
      for (const patient of order) {
        killPatient(patient);
        await pause(chance.between(0, 200));
      }
      const endedMs = Date.now();
      await untilHealed(site, 2);
      const services = effectsOn(site.patients).map(({ service }) => service);
      claim(
        'INV-8',
        services[0] === 'patient0',
        `${services.join(', then ')} were worked on, and patient0 is the root`,
      );
      return endedMs;
    },
  ),
};

const perSubject = 25;

export const poisonEvents: Scenario = {
  id: 'F39',
  title: 'a thousand messages that nobody can read',
  inject: 'no JSON, wrong schema, unknown version, 5 MB, ten thousand levels deep, on every subject, while targets die',
  invariants: ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-10', 'INV-15'],
  isQuick: false,
  run: onCortex({}, async ({ site, chance, claim }) => {
    await untilHealthy(site);
    const connection = await connect({ servers: site.nats.url });
    for (const patient of site.patients) killPatient(patient);
    await pause(chance.between(0, 1_000));
    for (const definition of eventDefinitions) {
      for (const { data } of hostileMessages(definition, perSubject)) connection.publish(subjectFor(definition), data);
      await connection.flush();
    }
    await connection.close();
    const endedMs = Date.now();
    await untilHealed(site, site.patients.length);
    const dead = [...site.stack.services].filter(([, { starts }]) => starts > 1).map(([name]) => name);
    claim('INV-15', dead.length === 0, `bad messages ended ${dead.join(', ')}`);
    return endedMs;
  }),
};

const memoryLimitMebibytes = 512;

export const burst: Scenario = {
  id: 'F40',
  title: 'ten thousand anomalies within ten seconds',
  inject: 'anomalies of fifty services that nobody has named, while targets die',
  invariants: ['INV-2', 'INV-7', 'INV-8', 'INV-9', 'INV-15'],
  isQuick: false,
  run: onCortex({}, async ({ site, lasting, claim }) => {
    await untilHealthy(site);
    const connection = await connect({ servers: site.nats.url });
    for (const patient of site.patients) killPatient(patient);
    const rounds = lasting(100, 10);
    for (let round = 0; round < rounds; round += 1) {
      for (let index = 0; index < 100; index += 1) {
        const { subject, bytes } = anomalyEvent(index % 50);
        connection.publish(subject, bytes);
      }
      await connection.flush();
      await pause(100);
    }
    await connection.close();
    const endedMs = Date.now();
    // Those of the other services stay with people.
    const isHealed = ({ service }: Patient): boolean => site.log.of('incident.resolved', service).length > 0;
    await eventually(() => site.patients.every(isHealed), { timeoutMs: 60_000 });
    const recoveryMs = Date.now() - endedMs;
    await eventually(() => site.log.of('anomaly.detected').length >= rounds * 100, { timeoutMs: 60_000 });
    for (const [name, { pid, starts }] of site.stack.services) {
      const peak = peakMebibytes(pid);
      claim(
        'INV-15',
        starts === 1 && peak < memoryLimitMebibytes,
        `${name} took ${peak.toFixed(0)} MiB in ${starts} starts`,
      );
    }
    return Date.now() - recoveryMs;
  }),
};
