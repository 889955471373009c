import { guardedStream } from '@cortex/outbound';
import type { PostgresAddress } from './postgres-address.ts';

/** The server's identification of the session, received at its begin. */
export interface BackendKey {
  readonly processID: number;
  readonly secretKey: number;
}

const cancelRequestCode = 80_877_102;
const longestMs = 1_000;

/**
 * Asks the server to cancel a session's statement, over a connection of its own as the protocol requires. Never fails
 * and takes a second at most: statement_timeout is the second net.
 */
export function cancelBackend({ host, port, outbound }: PostgresAddress, key: BackendKey): Promise<void> {
  const message = Buffer.alloc(16);
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(cancelRequestCode, 4);
  message.writeInt32BE(key.processID, 8);
  message.writeInt32BE(key.secretKey, 12);
  return new Promise((resolve) => {
    const socket = guardedStream(outbound);
    socket.setTimeout(longestMs, () => socket.destroy());
    socket.on('error', () => undefined);
    // The server closes it when it has taken the request in.
    socket.on('close', () => resolve()).on('data', () => undefined);
    if (host.startsWith('/')) socket.connect(`${host}/.s.PGSQL.${port}`);
    else socket.connect(port, host);
    socket.end(message);
  });
}
