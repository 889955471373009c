import type { OutboundPolicy } from '@cortex/contracts';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { eventually, makeCertificate } from '@cortex/testing';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { guardedLookup, openHttpClient, OutboundRefusedError, sendOnce } from './index.ts';
import type { HttpRequest } from './index.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();
const day = 86_400_000;

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

const serve = (listener: RequestListener): Promise<number> => listen(createServer(listener));

function send(url: string, more: Partial<HttpRequest> = {}, timeoutMs = 5_000) {
  return sendOnce({ url, signal: AbortSignal.timeout(timeoutMs), maxBodyBytes: 1_000, ...more });
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

describe('sendOnce', () => {
  it('brings status, headers and body, and leaves no socket', async () => {
    const port = await serve((request, response) => response.setHeader('x-seen', String(request.url)).end('hello'));
    const response = await send(`http://127.0.0.1:${port}/a?b=c`);
    expect(response).toMatchObject({ status: 200, body: 'hello', isWhole: true, headers: { 'x-seen': '/a?b=c' } });
    await eventually(() => expect(sockets.size).toBe(0));
  });

  it('resolves a name once, connects there, and asks for the name', async () => {
    const port = await serve((request, response) => void response.end(request.headers.host));
    expect(await send(`http://localhost:${port}/`)).toMatchObject({ body: `localhost:${port}` });
  });

  it('refuses private addresses by policy, however they are spelled or named', async () => {
    const port = await serve((_request, response) => void response.end());
    const policy: OutboundPolicy = { privateAddresses: 'forbid', allowedRanges: [] };
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
      const sending = sendOnce({ url: `http://${host}:${port}/`, signal: AbortSignal.timeout(5_000) }, { policy });
      await expect(sending).rejects.toThrow(OutboundRefusedError);
    }
    expect(sockets.size).toBe(0);
  });

  it.each(['http://169.254.169.254/', 'http://user:x@127.0.0.1/', 'ftp://127.0.0.1/', 'nonsense'])(
    'refuses %s',
    async (url) => {
      await expect(send(url)).rejects.toThrow(OutboundRefusedError);
    },
  );

  it('follows a redirect only when told, as often as told', async () => {
    const port = await serve((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop < 3) response.writeHead(302, { location: `/${hop + 1}` }).end('moved');
      else response.end(`arrived by ${request.method}`);
    });
    const url = `http://127.0.0.1:${port}/0`;
    expect(await send(url)).toMatchObject({ status: 302 });
    expect(await send(url, { maxRedirects: 2 })).toMatchObject({ status: 302, url: `http://127.0.0.1:${port}/2` });
    expect(await send(url, { maxRedirects: 3 })).toMatchObject({ status: 200, body: 'arrived by GET' });
    expect(await send(url, { maxRedirects: 3, method: 'POST', body: 'x' })).toMatchObject({ body: 'arrived by GET' });
    await eventually(() => expect(sockets.size).toBe(0));
  });

  it.each(['http://169.254.169.254/', 'http://0xa9fea9fe/', 'file:///etc/passwd', 'http://u:p@127.0.0.1/', 'http://['])(
    'refuses a redirect to %s',
    async (location) => {
      const port = await serve((_request, response) => response.writeHead(301, { location }).end());
      await expect(send(`http://127.0.0.1:${port}/`, { maxRedirects: 5 })).rejects.toThrow(OutboundRefusedError);
    },
  );

  it('gives headers and body to no other server', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization, request.headers.cookie, request.headers['x-key'] as string);
      response.end('other');
    });
    const port = await serve((request, response) => {
      response.writeHead(request.method === 'POST' ? 307 : 302, { location: `http://127.0.0.1:${other}/` }).end();
    });
    const headers = { authorization: 'a', cookie: 'b', 'X-Key': 'c' };
    const url = `http://127.0.0.1:${port}/`;
    expect(await send(url, { maxRedirects: 1, headers })).toMatchObject({ body: 'other' });
    expect(seen).toEqual([undefined, undefined, undefined]);
    const posting = send(url, { maxRedirects: 1, headers, method: 'POST', body: 'secret' });
    await expect(posting).rejects.toThrow('body to another server');
  });

  it('lets no header end a line or frame the message', async () => {
    const port = await serve((_request, response) => void response.end());
    const url = `http://127.0.0.1:${port}/`;
    for (const headers of [
      { 'x-a': 'b\r\nx-evil: 1' },
      { 'x-a\r\nx-evil': '1' },
      { 'x-a': 'b\0' },
      { 'Transfer-Encoding': 'chunked' },
      { 'content-length': '0' },
      { A: '1', a: '2' },
    ]) {
      await expect(send(url, { headers })).rejects.toThrow(OutboundRefusedError);
    }
    const value = fc.string({ unit: 'binary', maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(value, value, async (name, text) => {
        const problem: unknown = await send(url, { headers: { [name]: text } }).catch((error: unknown) => error);
        const isClean = /^[\t\x20-\x7e\x80-\xff]*$/.test(text);
        expect(isClean || problem instanceof OutboundRefusedError).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('reads no more than it was told, and leaves the rest', async () => {
    const port = await serve((_request, response) => {
      const more = (): void => {
        if (!response.destroyed && response.write('x'.repeat(65_536))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const response = await send(`http://127.0.0.1:${port}/`);
    expect(response.body).toHaveLength(1_000);
    expect(response.isWhole).toBe(false);
    await eventually(() => expect(sockets.size).toBe(0));
  });

  it('is held to its signal while connecting, waiting for headers, and reading a body that drips', async () => {
    const silent = await serve(() => undefined);
    const dripping = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 10);
      response.on('close', () => clearInterval(timer));
    });
    // 192.0.2.0/24 answers nobody; where there is no route at all, that is an error at once.
    for (const url of [`http://127.0.0.1:${silent}/`, `http://127.0.0.1:${dripping}/`, 'http://192.0.2.1/']) {
      await expect(send(url, {}, 200)).rejects.toThrow(/timeout|unreach|refused/i);
    }
    await eventually(() => expect(sockets.size).toBe(0));
  });

  it('survives answers that are no HTTP', async () => {
    for (const bytes of [
      '',
      'SSH-2.0-OpenSSH\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab',
      '\0'.repeat(99),
    ]) {
      const server = createServer();
      server.on('connection', (socket: Socket) => {
        socket.on('error', () => undefined);
        socket.removeAllListeners('data');
        socket.end(bytes);
      });
      const port = await listen(server);
      await expect(send(`http://127.0.0.1:${port}/`)).rejects.toThrow(/closed|Expected HTTP|terminated|Parse|Invalid/i);
    }
  });

  it('trusts the given authority alone, and says when the certificate ends', async () => {
    const expiresAt = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 5 * day);
    const { key, cert } = makeCertificate(expiresAt);
    const port = await listen(
      createTlsServer({ key, cert }, (_request, response) => void response.end('safe')) as Server,
    );
    const signal = AbortSignal.timeout(5_000);
    const response = await sendOnce({ url: `https://localhost:${port}/`, signal }, { ca: cert });
    expect(response).toMatchObject({ status: 200, certificateExpiresAt: expiresAt });
    await expect(sendOnce({ url: `https://localhost:${port}/`, signal })).rejects.toThrow('self-signed');
  });

  it('refuses an expired certificate', async () => {
    const { key, cert } = makeCertificate(new Date(Date.now() - day));
    const port = await listen(createTlsServer({ key, cert }) as Server);
    const sending = sendOnce({ url: `https://localhost:${port}/`, signal: AbortSignal.timeout(5_000) }, { ca: cert });
    await expect(sending).rejects.toThrow('certificate has expired');
  });
});

describe('openHttpClient', () => {
  it('never opens more connections than it was told, and closes them all', async () => {
    let most = 0;
    const port = await serve((_request, response) => {
      most = Math.max(most, sockets.size);
      setImmediate(() => response.end('x'));
    });
    const client = openHttpClient({ connections: 3, keepAlive: true });
    const url = `http://127.0.0.1:${port}/`;
    const signal = AbortSignal.timeout(20_000);
    await Promise.all(Array.from({ length: 200 }, () => client.send({ url, signal, maxBodyBytes: 10 })));
    expect(most).toBe(3);
    await client.close();
    await eventually(() => expect(sockets.size).toBe(0));
  });
});

describe('guardedLookup', () => {
  it('answers no name that resolves to a refused address', async () => {
    const lookup = guardedLookup({ privateAddresses: 'forbid', allowedRanges: [] });
    for (const name of ['localhost', '169.254.169.254', '0xa9fea9fe']) {
      const error = await new Promise((resolve) => lookup(name, { all: true }, (problem) => resolve(problem)));
      expect(error).toMatchObject({ code: 'CORTEX_OUTBOUND_REFUSED' });
    }
  });
});
