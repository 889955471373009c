import type { CortexConfiguration } from '@cortex/contracts';
import { startStack, type StackPorts } from '@cortex/local-stack';
import { count } from '../output/count.ts';

export interface UpOptions {
  readonly configFile: string;
  /** Already checked: `up` starts nothing with a configuration that is wrong. */
  readonly configuration: CortexConfiguration;
  readonly dir: string;
  readonly appsDir: string;
  /** An existing NATS instead of a server of our own. */
  readonly natsUrl: string | undefined;
  readonly ports: StackPorts;
  readonly print: (line: string) => void;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Runs the whole of Cortex on this machine until the signal aborts. */
export async function runUp(options: UpOptions): Promise<void> {
  const startedAt = performance.now();
  const stack = await startStack({
    configFile: options.configFile,
    dir: options.dir,
    appsDir: options.appsDir,
    consolePort: options.configuration.console.port,
    ports: options.ports,
    onEvent: options.print,
    ...(options.natsUrl === undefined ? {} : { natsUrl: options.natsUrl }),
  });
  try {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    options.print(`${stack.services.size} services are ready after ${seconds} s`);
    options.print(`  console   ${stack.consoleUrl}`);
    options.print(`  NATS      ${stack.natsUrl}`);
    options.print(`  watching  ${watched(options.configuration)}`);
    options.print('Ctrl-C stops everything.');
    await new Promise<void>((resume) => {
      if (options.signal.aborted) resume();
      options.signal.addEventListener('abort', () => resume());
    });
  } finally {
    await stack.stop();
  }
}

function watched(configuration: CortexConfiguration): string {
  return [
    count(configuration.services.length, 'service'),
    count(configuration.checks.length, 'check'),
    count(configuration.playbooks.length, 'playbook'),
  ].join(', ');
}
