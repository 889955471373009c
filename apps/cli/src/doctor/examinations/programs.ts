import { installedNatsServer } from '@cortex/local-stack';
import { messageOf } from '@cortex/errors';
import { fail, ok, type Finding, type Subject } from '../finding.ts';

const oldestNode = [20, 19] as const;
const oldestNats = [2, 9, 10] as const;

/** Node itself, and the nats-server that `cortex up` starts. */
export async function examinePrograms({ natsUrl, stack }: Subject): Promise<readonly Finding[]> {
  return [nodeFinding(process.versions.node), await natsFinding(natsUrl !== undefined && stack?.nats === undefined)];
}

export function nodeFinding(version: string): Finding {
  if (isAtLeast(version, oldestNode)) return ok('node', version);
  return fail('node', `${version} is too old`, `install Node ${oldestNode.join('.')} or newer`);
}

async function natsFinding(isElsewhere: boolean): Promise<Finding> {
  try {
    const { path, version } = await installedNatsServer();
    if (isAtLeast(version, oldestNats)) return ok('nats-server', `${version} (${path})`);
    return fail('nats-server', `${version} is too old (${path})`, `install ${oldestNats.join('.')} or newer`);
  } catch (error) {
    if (isElsewhere) return ok('nats-server', 'not installed here, and not needed: NATS runs elsewhere');
    return fail(
      'nats-server',
      messageOf(error),
      'install it ("apt-get install nats-server", "brew install nats-server")',
    );
  }
}

function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const have = version.split(/[.-]/).map(Number);
  for (const [index, number] of oldest.entries()) {
    const part = have[index] ?? 0;
    if (part !== number) return part > number;
  }
  return true;
}
