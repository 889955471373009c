import type { IncomingMessage, ServerResponse } from 'node:http';
import { serve } from './servers.ts';

/** A sign-up service with users in memory; `misbehave` may answer a request instead, by returning true. */
export interface AccountsServer {
  readonly port: number;
  readonly users: Map<string, string>;
  readonly requests: { readonly line: string; readonly authorization: string | undefined; readonly body: string }[];
  misbehave: (line: string, response: ServerResponse) => boolean;
}

export const loginToken = `token-${'0123456789abcdef'.repeat(40)}`;

export async function startAccounts(): Promise<AccountsServer> {
  const users = new Map<string, string>();
  const requests: AccountsServer['requests'] = [];
  const port = await serve(async (request, response) => {
    const body = await textOf(request);
    const line = `${request.method} ${request.url}`;
    requests.push({ line, authorization: request.headers.authorization, body });
    if (accounts.misbehave(line, response)) return;
    const id = request.url?.startsWith('/users/') ? request.url.slice('/users/'.length) : '';
    if (line === 'POST /users') {
      const created = `user-${users.size + 1}`;
      users.set(created, String(JSON.parse(body).email));
      response.writeHead(201).end(JSON.stringify({ id: created }));
    } else if (line === 'POST /login') response.end(JSON.stringify({ active: true, token: loginToken }));
    else if (request.method === 'GET' && users.has(id)) response.end(JSON.stringify({ email: users.get(id) }));
    else if (request.method === 'DELETE' && users.delete(id)) response.writeHead(204).end();
    else response.writeHead(404).end('{}');
  });
  const accounts: AccountsServer = { port, users, requests, misbehave: () => false };
  return accounts;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
