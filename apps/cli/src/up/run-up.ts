import { startStack } from '@cortex/local-stack';
import type { CommandContext } from '../core/command.ts';
import { chooseLayout } from './choose-layout.ts';

export interface UpOptions {
  readonly configFile: string;
  readonly dir: string;
  readonly appsDir: string;
  /** An existing NATS instead of a server of our own. */
  readonly natsUrl: string | undefined;
  readonly isEachInItsProcess: boolean;
  readonly context: CommandContext;
}

/** Runs the whole of Cortex on this machine until Ctrl-C. Starts nothing with a configuration that is wrong. */
export async function runUp({ isEachInItsProcess, context, natsUrl, ...where }: UpOptions): Promise<void> {
  const { print, signal } = context;
  const startedAt = performance.now();
  const { watched, ...layout } = await chooseLayout(where.configFile, isEachInItsProcess, context);
  const stack = await startStack({
    ...where,
    ...layout,
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

function watchedText({
  services,
  checks,
  playbooks,
}: Readonly<Record<'services' | 'checks' | 'playbooks', number>>): string {
  const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return [count(services, 'service'), count(checks, 'check'), count(playbooks, 'playbook')].join(', ');
}
