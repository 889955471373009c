import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { installSecurityHeaders } from './api/security.ts';

/** Beside the bundle, or where the build of this app put it: for the sources, and for a bundle of several apps. */
const folders = ['./public/', '../dist/public/', '../../console/dist/public/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Serves the live page. Without a build there is no page, and the console says so instead of a bare 404. */
export async function servePage(app: FastifyInstance): Promise<void> {
  installSecurityHeaders(app);
  const root = folders.find((folder) => existsSync(folder));
  if (root === undefined) {
    app.get('/', async (_request, reply) =>
      reply.code(404).type('text/plain').send('The page is not built. fix: npm run build -w @cortex-app/console\n'),
    );
    return;
  }
  // Names carry no hash, so a browser asks again each time and is answered 304.
  await app.register(fastifyStatic, { root, wildcard: false, cacheControl: true, maxAge: 0 });
}
