import { join } from 'node:path';
import { startProcess } from './process.ts';
import type { TestProcess } from './process.ts';

/** Bundles an app into its `dist`, as shipped; not where `npm test` has just bundled all of them. */
export async function bundleApp(appFolder: string): Promise<void> {
  if (process.env['CORTEX_APPS_BUNDLED'] === '1') return;
  const bundling = startProcess([process.execPath, '../../tools/bundle.mjs'], { cwd: appFolder });
  if ((await bundling.exited) !== 0) throw new Error(bundling.lines.join('\n'));
}

export interface StartAppOptions {
  readonly natsUrl: string;
  /** Holds `cortex.yaml`, and gets the folder `data`. */
  readonly folder: string;
  /** In addition to the above. */
  readonly env?: Readonly<Record<string, string>>;
  /** A program that starts the app, with its arguments. */
  readonly startedBy?: readonly string[];
}

/** Starts the bundle of an app as a process of its own. */
export function startApp(appFolder: string, { natsUrl, folder, env, startedBy = [] }: StartAppOptions): TestProcess {
  return startProcess([...startedBy, process.execPath, join(appFolder, 'dist/main.js')], {
    cwd: folder,
    env: {
      CORTEX_CONFIG: join(folder, 'cortex.yaml'),
      CORTEX_NATS_URL: natsUrl,
      CORTEX_DATA_DIR: join(folder, 'data'),
      ...env,
    },
  });
}
