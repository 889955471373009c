import { apiPrefix } from '@cortex/api';
import fastifySwagger from '@fastify/swagger';
import { fastify, type FastifyInstance } from 'fastify';
import { addRoutes } from './define-route.ts';
import type { ApiDependencies } from './dependencies.ts';
import { swaggerOptions } from './open-api-options.ts';
import { allRoutes } from './routes/all-routes.ts';

/** Serves the document of the routes that are added after it. */
export async function installOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, swaggerOptions);
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

/** The whole document, without a server: the content of `docs/openapi.json`. */
export async function buildOpenApi(): Promise<object> {
  const app = fastify();
  let read: () => object = () => ({});
  await app.register(
    async (scope) => {
      await installOpenApi(scope);
      read = () => scope.swagger();
      // Routes are only described here, never called.
      addRoutes(scope, allRoutes({} as ApiDependencies), () => {});
    },
    { prefix: apiPrefix },
  );
  await app.ready();
  const document = read();
  await app.close();
  return document;
}
