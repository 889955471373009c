import type { RunningService } from '@cortex/local-stack';
import { fail, ok, warn, type Finding, type Subject } from '../finding.ts';

const answerMs = 3_000;

/** Whether every service of the stack in this folder is ready. */
export async function examineServices({ stack, dir }: Subject): Promise<readonly Finding[]> {
  if (stack === undefined) {
    return [warn('services', `no stack runs in ${dir}`, 'start it with `cortex up`, or name its folder with --dir')];
  }
  if (stack.consoleUrl === undefined) {
    return [
      warn(
        'services',
        `the stack is starting since ${stack.startedAt}`,
        'look again in a moment, or into `cortex logs`',
      ),
    ];
  }
  const states = await Promise.all(stack.services.map(async (service) => ({ service, state: await stateOf(service) })));
  const bad = states.filter(({ state }) => state !== 'ready');
  if (bad.length === 0) return [ok('services', `${states.length} are ready (process ${stack.owner.pid})`)];
  return bad.map(({ service: { name, port }, state }) =>
    fail('services', `${name} on port ${port} ${state}`, `look into \`cortex logs ${name} --level warn\``),
  );
}

async function stateOf({ port }: RunningService): Promise<'ready' | 'is not ready' | 'does not answer'> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(answerMs) });
    return answer.ok ? 'ready' : 'is not ready';
  } catch {
    return 'does not answer';
  }
}
