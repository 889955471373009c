import { freePort } from '@cortex/local-stack';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { startProcess } from './process.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A real Prometheus server of this test's own, with its store in a temporary folder. */
export interface TestPrometheus {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly pid: number;
  /** Its output so far. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** Starts `prometheus` on a free port with this configuration (YAML, or JSON, which is YAML too). */
export async function startPrometheus(configuration: string, flags: readonly string[] = []): Promise<TestPrometheus> {
  const folder = temporaryFolder('cortex-prometheus-');
  const file = join(folder.path, 'prometheus.yml');
  writeFileSync(file, configuration);
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = startProcess(
    [
      'prometheus',
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder.path, 'store')}`,
      `--web.listen-address=${new URL(url).host}`,
      ...flags,
    ],
    { cwd: folder.path },
  );
  const stop = async (): Promise<void> => {
    await server.stop();
    folder.remove();
  };
  try {
    await eventually(async () => (await fetch(`${url}/-/ready`)).ok, { timeoutMs: 30_000, intervalMs: 100 });
  } catch (error) {
    await stop();
    throw new Error(`prometheus does not get ready; its last lines:\n${server.lines.slice(-10).join('\n')}`, {
      cause: error,
    });
  }
  return { url, pid: server.pid, lines: server.lines, stop };
}
