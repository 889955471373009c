import fastify, { type FastifyInstance, type FastifyPluginCallback } from 'fastify';
import { maxBodyBytes } from './body.ts';

/** The collector's HTTP server. Each receiver is a plugin with its own routes and its own form of errors. */
export function createServer(receivers: readonly FastifyPluginCallback[]): FastifyInstance {
  const server = fastify({ bodyLimit: maxBodyBytes, requestTimeout: 30_000, logger: false });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    ['application/json', 'application/x-protobuf'],
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
  const served: string[] = [];
  server.addHook('onRoute', ({ method, url }) => void served.push(`${String(method)} ${url}`));
  server.setNotFoundHandler((request, reply) =>
    reply
      .status(404)
      .send({ message: `${request.method} ${request.url} is not served here; served are ${served.join(', ')}` }),
  );
  for (const receiver of receivers) server.register(receiver);
  return server;
}
