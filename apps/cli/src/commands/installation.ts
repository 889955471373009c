import { fileURLToPath } from 'node:url';

/** Where this installation of Cortex keeps its parts, seen from the bundle `apps/cli/dist/main.js`. */
const root = new URL('../../../', import.meta.url);

export const installation = {
  apps: fileURLToPath(new URL('apps', root)),
  demoTemplates: fileURLToPath(new URL('deploy/demo', root)),
} as const;
