import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

/** A running container with the ports of this machine that lead to it. */
export interface Container {
  readonly runtime: 'docker' | 'podman';
  readonly name: string;
  readonly image: string;
  /** The absolute path of the runtime's program. */
  readonly program: string;
  readonly ports: readonly number[];
}

const patienceMs = 5_000;

/** The running containers of the first runtime that answers. */
export async function findContainers(): Promise<readonly Container[]> {
  for (const runtime of ['docker', 'podman'] as const) {
    const program = programPath(runtime);
    if (program === undefined) continue;
    try {
      const words = ['ps', '--format', '{{.Names}}\t{{.Image}}\t{{.Ports}}'];
      const { stdout } = await promisify(execFile)(program, words, { timeout: patienceMs });
      return parseContainers(stdout, runtime, program);
    } catch {
      // Not running, or not for this user.
    }
  }
  return [];
}

function programPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Lines of `name<TAB>image<TAB>0.0.0.0:8080->80/tcp, …`. */
export function parseContainers(text: string, runtime: Container['runtime'], program: string): readonly Container[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', image = '', ports = ''] = line.split('\t');
    if (name === '') return [];
    const published = [...ports.matchAll(/:(\d+)->\d+\/tcp/g)].map((match) => Number(match[1]));
    return [{ runtime, program, name, image, ports: [...new Set(published)] }];
  });
}
