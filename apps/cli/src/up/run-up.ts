import { startStack, type StackPorts, type WatchedCounts } from '@cortex/local-stack';
import type { CommandContext } from '../core/command.ts';
import { count } from '../output/count.ts';
import { chooseLayout } from './choose-layout.ts';
import { examineConfiguration } from './examine-configuration.ts';

export interface UpOptions {
  readonly configFile: string;
  readonly dir: string;
  readonly appsDir: string;
  /** An existing NATS instead of a server of our own. */
  readonly natsUrl: string | undefined;
  readonly ports: StackPorts;
  readonly isEachInItsProcess: boolean;
  readonly isAllowedMissingSecrets: boolean;
  readonly context: CommandContext;
}

/** Runs the whole of Cortex on this machine until Ctrl-C. Starts nothing with a configuration that is wrong. */
export async function runUp(options: UpOptions): Promise<void> {
  const { isEachInItsProcess, isAllowedMissingSecrets, context, natsUrl, ...where } = options;
  const { print, signal } = context;
  const startedAt = performance.now();
  const { watched, layout } = await chooseLayout(where.configFile, isEachInItsProcess, context);
  const examined = await examineConfiguration(where.configFile, isAllowedMissingSecrets, context);
  const stack = await startStack({
    ...where,
    ...examined,
    layout,
    onEvent: print,
    ...(natsUrl === undefined ? {} : { natsUrl }),
  });
  try {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    print(`${stack.services.size} services are ready after ${seconds} s`);
    print(`  console   ${stack.consoleUrl}`);
    print(`  NATS      ${stack.natsUrl}`);
    const counts = stack.watched ?? watched;
    if (counts !== undefined) print(`  watching  ${watchedText(counts)}`);
    print('Ctrl-C stops everything.');
    await new Promise<void>((resume) => {
      if (signal.aborted) resume();
      signal.addEventListener('abort', () => resume());
    });
  } finally {
    await stack.stop();
  }
}

function watchedText({ services, checks, playbooks }: WatchedCounts): string {
  return [count(services, 'service'), count(checks, 'check'), count(playbooks, 'playbook')].join(', ');
}
