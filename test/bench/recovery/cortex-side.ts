import { join } from 'node:path';
import { startStack, type Stack } from '@cortex/local-stack';
import { eventually, freePort, temporaryFolder } from '@cortex/testing';
import { connect } from '@nats-io/transport-node';
import { askPid } from './ask.ts';
import { settleTimeoutMs, type Side } from './side.ts';
import { EventLog } from './event-log.ts';
import { writePatientSite } from './site.ts';

export interface CortexSide extends Side {
  /** What its services have said so far. */
  readonly log: EventLog;
}

/** The loop as processes of their own: seen, decided, done, proved; and who would be called. */
const services = ['health-checker', 'decision', 'executor', 'verifier', 'escalator'] as const;

export async function startCortexSide(appsDir: string): Promise<CortexSide> {
  const folder = temporaryFolder('cortex-bench-recovery-');
  const port = await freePort();
  const configFile = writePatientSite(folder.path, port);
  const stack: Stack = await startStack({
    configFile,
    dir: join(folder.path, 'cortex'),
    appsDir,
    layout: { kind: 'processes' },
    services,
  });
  const connection = await connect({ servers: stack.natsUrl });
  const log = new EventLog(connection);
  await connection.flush();
  const url = `http://127.0.0.1:${port}/`;
  return {
    name: 'Cortex',
    url,
    log,
    settled: async () => void (await eventually(() => log.isQuiet, { timeoutMs: settleTimeoutMs })),
    async stop() {
      await connection.close();
      await stack.stop();
      const pid = await askPid(url);
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      folder.remove();
    },
  };
}
