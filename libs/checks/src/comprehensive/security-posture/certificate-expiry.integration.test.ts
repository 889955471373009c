import { defaultOutboundPolicy as outbound } from '@cortex/outbound';
import { eventually, makeCertificate } from '@cortex/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { closeServers, openSockets, serve, serveTls } from '../../test/servers.ts';
import { certificateExpiry } from './certificate-expiry.ts';

const day = 86_400_000;
const inDays = (days: number): Date => new Date(Math.floor(Date.now() / 1_000) * 1_000 + days * day);
const ask = (port: number, timeoutMs = 5_000) =>
  certificateExpiry({ host: 'localhost', port, signal: AbortSignal.timeout(timeoutMs), outbound });

afterEach(closeServers);

describe('certificateExpiry', () => {
  it.each([5, -5])('reads a certificate that ends in %i days', async (days) => {
    const expiresAt = inDays(days);
    const port = await serveTls(makeCertificate(expiresAt), (_request, response) => void response.end());
    expect(await ask(port)).toEqual({ expiresAt, subject: 'CN=localhost', issuer: 'CN=localhost', trusted: false });
    await eventually(() => expect(openSockets()).toBe(0));
  });

  it('fails without TLS, without a server, with a silent server, or at a refused address', async () => {
    const plain = await serve((_request, response) => void response.end());
    await expect(ask(plain)).rejects.toThrow(/wrong version|packet|SSL/i);
    await expect(ask(1)).rejects.toThrow('ECONNREFUSED');
    const signal = AbortSignal.abort();
    await expect(certificateExpiry({ host: 'localhost', port: plain, signal, outbound })).rejects.toThrow('aborted');
    const forbidden = certificateExpiry({
      host: '169.254.169.254',
      port: 443,
      signal: AbortSignal.timeout(5_000),
      outbound,
    });
    await expect(forbidden).rejects.toThrow('always refused');
  });

  it('leaves no socket behind over two thousand runs', async () => {
    const port = await serveTls(makeCertificate(inDays(5)), (_request, response) => void response.end());
    for (let index = 0; index < 2_000; index += 1) await ask(port);
    await eventually(() => expect(openSockets()).toBe(0));
  });
});
