import { provision } from '@cortex/bus';
import type { CortexConfiguration } from '@cortex/contracts';
import type { ReadyMessage } from '@cortex/local-stack';
import { exitStatusOf, hasteMs, loadConfiguration, readEnvironment, whenToldToStop } from '@cortex/service';
import { pluginsOf } from './plugins-of.ts';
import type { RunningService } from './running-service.ts';
import { loadServices } from './services.ts';
import { startAll } from './start-all.ts';
import { refusal, tellSupervisor } from './supervisor.ts';
import { alwaysWithThread } from './threads.ts';
import { wantedServices } from './wanted-services.ts';

const readinessPollMs = 10;
/** Of the drain time of one service: most have nothing to drain. */
const longestStop = 3;

/**
 * Runs all services in this process until it is told to stop, with a NATS that it provisions. What one of them cannot
 * survive ends the process: whoever started it starts all of them again.
 */
export async function runAllInOne(parameters: readonly string[]): Promise<void> {
  try {
    const environment = readEnvironment(process.env);
    const wanted = wantedServices(parameters);
    const definitions = await loadServices([...wanted.keys()].filter((name) => !alwaysWithThread.has(name)));
    const config = await loadConfiguration(environment.CORTEX_CONFIG, pluginsOf([...definitions.values()]));
    let isReady = false;
    const stopRequested = whenToldToStop({
      // A start has nothing to drain, and without NATS it has no end.
      graceMs: () => (isReady ? longestStop * environment.CORTEX_DRAIN_MS + 5_000 : hasteMs),
      sayLast: () => console.error('did not stop in time'),
    });
    await provision({ servers: environment.CORTEX_NATS_URL });
    const services = await startAll({ wanted, definitions, environment, config, onCrash: endWith });
    await untilReady(services);
    isReady = true;
    await tellSupervisor(readyMessage(services, config));
    await stopRequested;
    // One after the other: what the first say last is still acted on by the next.
    for (const service of services) await service.stop();
    process.exit(0);
  } catch (error) {
    await endWith(error);
  }
}

async function endWith(error: unknown): Promise<never> {
  console.error(error);
  await tellSupervisor(refusal(error));
  process.exit(exitStatusOf(error));
}

async function untilReady(services: readonly RunningService[]): Promise<void> {
  while (!services.every((service) => service.isReady())) {
    await new Promise((resume) => setTimeout(resume, readinessPollMs));
  }
}

function readyMessage(services: readonly RunningService[], config: CortexConfiguration): ReadyMessage {
  return {
    type: 'ready',
    ports: Object.fromEntries(services.map(({ name, port }) => [name, port])) as ReadyMessage['ports'],
    watched: {
      services: config.services.length,
      checks: config.checks.length,
      playbooks: config.playbooks.length,
    },
  };
}
