import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Cable } from './site.ts';

/** A connection to a server on this machine that can be broken. */
export interface TcpCable extends Cable {
  readonly port: number;
  close(): void;
}

export async function layTcpCable(serverPort: number): Promise<TcpCable> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let isDeaf = false;
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    const pair = [client, upstream];
    const end = (): void => {
      for (const socket of pair) {
        socket.destroy();
        sockets.delete(socket);
      }
    };
    for (const socket of pair) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    if (isCut) {
      end();
      return;
    }
    client.on('data', (data) => void upstream.write(data));
    upstream.on('data', (data) => {
      if (!isDeaf) client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      isDeaf = false;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    deafen() {
      isDeaf = true;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
