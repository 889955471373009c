import { provision, ProvisionMismatchError } from '@cortex/bus';
import { messageOf } from '@cortex/errors';
import { connectTimeoutMs } from '../../commands/nats.ts';
import { fail, ok, type Finding, type Subject } from '../finding.ts';

/** Whether NATS answers, and has the streams and buckets that Cortex needs. Changes nothing. */
export async function examineNats({ natsUrl, stack }: Subject): Promise<readonly Finding[]> {
  if (natsUrl === undefined) return [ok('nats', 'none is named, so `cortex up` starts its own')];
  const shown = withoutSecrets(natsUrl);
  try {
    const report = await provision({
      servers: natsUrl.split(',').map((url) => url.trim()),
      checkOnly: true,
      firstConnectTimeoutMs: connectTimeoutMs,
    });
    return [
      ok('nats', `${report.server.version} at ${shown}`),
      report.damaged.length === 0
        ? ok('streams', `${report.unchanged.length} streams and buckets are as they should be`)
        : fail(
            'streams',
            `${report.damaged.join(', ')}: NATS cannot read the newest message, so nobody hears of what is written there`,
            'a file below its store is damaged: stop NATS, restore the store from a backup or take the folder of this stream away, start NATS, and run `cortex provision`',
          ),
    ];
  } catch (error) {
    if (error instanceof ProvisionMismatchError) {
      return [
        ok('nats', `answers at ${shown}`),
        fail(
          'streams',
          messageOf(error),
          'run `cortex provision`; what it does not change, it names with the way to set it',
        ),
      ];
    }
    const fix =
      stack === undefined ? 'start it, or name another one with --nats' : 'look into `cortex logs nats-server`';
    return [fail('nats', `${shown}: ${messageOf(error)}`, fix)];
  }
}

function withoutSecrets(urls: string): string {
  return urls.replaceAll(/\/\/[^/@,]*@/g, '//');
}
