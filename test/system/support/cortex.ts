import { connectBus, type Bus } from '@cortex/bus';
import { startStack, type ServiceName, type Stack } from '@cortex/local-stack';
import { eventually, silentLogger, temporaryFolder } from '@cortex/testing';
import { writeFileSync } from 'node:fs';
import { afterEach } from 'vitest';
import { stringify } from 'yaml';
import { readEventLog, type EventLog } from './event-log.ts';
import { configurationOf, killPatient, prepareSite, startPatient, startsOf, type Adapt, type Patient } from './site.ts';
import { storyOf } from './tell-story.ts';

/** The whole of Cortex as processes, with patients to heal. */
export interface Cortex {
  readonly dir: string;
  readonly configFile: string;
  readonly patients: readonly Patient[];
  readonly bus: Bus;
  readonly log: EventLog;
  readonly stack: Stack;
  /** Stops every service and NATS in order, then starts them again on the same store. */
  restartEverything(): Promise<void>;
  /** Resolves when every service is up and ready. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

const started: Cortex[] = [];

afterEach(({ task }) => {
  if (task.result?.state === 'fail') for (const one of started) console.error(`${task.name}\n${storyOf(one)}`);
});

/** Short, so that what a dead process held is free again soon. */
const leaseTtlMs = 2_000;

/** `isDead`: patients that are down before Cortex begins to watch; `checksOf` replaces the checks that all have by default. */
export async function startCortex(
  patientCount: number,
  {
    adapt,
    isDead = () => false,
    checksOf,
    instancesPerService,
    natsUrl,
    replicas,
    environmentOf,
  }: {
    readonly adapt?: Adapt;
    readonly isDead?: (index: number) => boolean;
    readonly checksOf?: (patients: readonly Patient[]) => readonly Record<string, unknown>[];
    /** Default: one. */
    readonly instancesPerService?: number;
    /** An existing NATS, which stays as it is when everything is restarted. */
    readonly natsUrl?: string;
    readonly replicas?: number;
    readonly environmentOf?: (name: ServiceName) => Readonly<Record<string, string>>;
  } = {},
): Promise<Cortex> {
  const folder = temporaryFolder('cortex-system-');
  const { dir, configFile, patients } = await prepareSite(folder.path, patientCount, adapt, instancesPerService);
  if (checksOf !== undefined) {
    writeFileSync(configFile, stringify({ ...configurationOf(patients), checks: checksOf(patients) }));
  }
  const start = (): Promise<Stack> =>
    startStack({
      configFile,
      dir: `${dir}/stack`,
      appsDir: 'apps',
      layout: {
        kind: 'processes',
        leaseTtlMs,
        ...(replicas === undefined ? {} : { replicas }),
        ...(environmentOf === undefined ? {} : { environmentOf }),
      },
      ...(natsUrl === undefined ? {} : { natsUrl }),
      consolePort: 0,
    });
  const watch = async (on: Stack): Promise<{ readonly bus: Bus; readonly log: EventLog }> => {
    const bus = await connectBus({
      servers: on.natsUrl,
      source: '/cortex/test',
      name: 'system-test',
      logger: silentLogger,
    });
    return { bus, log: await readEventLog(bus) };
  };
  for (const patient of patients) startPatient(patient);
  const dead = patients.filter((_patient, index) => isDead(index));
  await eventually(() => dead.every((patient) => startsOf(patient) === 1));
  for (const patient of dead) killPatient(patient);
  let stack = await start().catch((error: unknown) => {
    for (const patient of patients) killPatient(patient);
    throw error;
  });
  let { bus, log } = await watch(stack);
  const cortex: Cortex = {
    dir,
    configFile,
    patients,
    get stack() {
      return stack;
    },
    get bus() {
      return bus;
    },
    get log() {
      return log;
    },
    async restartEverything() {
      await bus.drain();
      await stack.stop();
      stack = await start();
      ({ bus, log } = await watch(stack));
    },
    async ready() {
      await eventually(() => [...stack.services.values()].every((service) => service.pid !== undefined), {
        timeoutMs: 20_000,
      });
      await Promise.all([...stack.services.values()].map((service) => service.ready(30_000)));
    },
    async stop() {
      started.splice(started.indexOf(cortex), 1);
      await bus.drain(2_000);
      await stack.stop();
      for (const patient of patients) killPatient(patient);
      folder.remove();
    },
  };
  started.push(cortex);
  return cortex;
}
