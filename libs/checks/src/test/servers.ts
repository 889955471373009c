import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TestCertificate } from '@cortex/testing';

const servers: Server[] = [];
const sockets = new Set<Socket>();

/** Starts a real server on a free port of 127.0.0.1. */
export const serve = (listener: RequestListener): Promise<number> => listen(createServer(listener));

export const serveTls = (certificate: TestCertificate, listener: RequestListener): Promise<number> =>
  listen(createTlsServer({ ...certificate }, listener) as Server);

/** Connections that the servers of this file hold now. */
export function openSockets(): number {
  return sockets.size;
}

export async function closeServers(): Promise<void> {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
