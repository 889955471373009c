import { once } from 'node:events';
import { isIP } from 'node:net';
import { CortexError } from '@cortex/errors';
import { openTlsSocket } from '@cortex/outbound';
import type { OutboundPolicy } from '@cortex/outbound';

export interface CertificateQuestion {
  readonly host: string;
  readonly port: number;
  /** The name asked for in the handshake. Default: `host`, unless it is an address. */
  readonly servername?: string;
  readonly signal: AbortSignal;
  /** The policy for connections. */
  readonly outbound: OutboundPolicy;
}

export interface PresentedCertificate {
  readonly expiresAt: Date;
  readonly subject: string;
  readonly issuer: string;
  /** Whether this machine's authorities trust it, today, under that name. */
  readonly trusted: boolean;
}

/** Reads the certificate that a server presents, also an expired or untrusted one. Throws when there is none to read. */
export async function certificateExpiry({
  host,
  port,
  servername = isIP(host) === 0 ? host : '',
  signal,
  outbound,
}: CertificateQuestion): Promise<PresentedCertificate> {
  signal.throwIfAborted();
  // An untrusted certificate is to be read, not refused; nothing is sent over the connection.
  const socket = openTlsSocket(host, port, outbound, {
    servername,
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
  });
  try {
    await once(socket, 'secureConnect', { signal });
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined)
      throw new CortexError('CORTEX_CHECK_NOT_MADE', 'the server presented no certificate');
    return {
      expiresAt: new Date(certificate.validTo),
      subject: oneLine(certificate.subject),
      issuer: oneLine(certificate.issuer),
      trusted: socket.authorized,
    };
  } finally {
    // Errors after the certificate has been read do not matter.
    socket.on('error', () => undefined);
    socket.destroy();
  }
}

function oneLine(name: string | undefined): string {
  return (name ?? '').replaceAll('\n', ', ').slice(0, 500);
}
