import { connect, isIP, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { OutboundPolicy } from '@cortex/contracts';
import { guardedTarget } from './guarded-target.ts';

/** The options of a TLS connection; everything else is Node's default, so certificates are verified. */
export type TlsOptions = Pick<ConnectionOptions, 'ca' | 'servername' | 'rejectUnauthorized' | 'ALPNProtocols'>;

/** A TCP connection, if the policy allows it. Throws `OutboundRefusedError`, or fails with it after the look-up. */
export function openSocket(host: string, port: number, policy: OutboundPolicy, signal?: AbortSignal): Socket {
  return connect({ ...guardedTarget(host, port, policy), noDelay: true, ...(signal === undefined ? {} : { signal }) });
}

/** {@link openSocket} with TLS from the first byte on. */
export function openTlsSocket(host: string, port: number, policy: OutboundPolicy, options: TlsOptions = {}): TLSSocket {
  return connectTls({ ...guardedTarget(host, port, policy), ...serverName(host), ...options });
}

/** TLS over a connection that is open already. */
export function secureSocket(socket: Socket, host: string, options: TlsOptions = {}): TLSSocket {
  return connectTls({ socket, host, ...serverName(host), ...options });
}

/** For a client that calls `connect(port, host)` or `connect(path)` by itself: the policy applies to it as well. */
export function guardedStream(policy: OutboundPolicy): Socket {
  const socket = new Socket();
  const connectTo = socket.connect.bind(socket);
  return Object.assign(socket, {
    connect: (where: number | string, host = 'localhost') =>
      typeof where === 'string' ? connectTo(where) : connectTo(guardedTarget(host, where, policy)),
  });
}

/** An address must not be sent as server name in the handshake (RFC 6066). */
function serverName(host: string): { readonly servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}
