// A shop to be checked: health, search, and the sign-up of users in memory. Writes its pid file, as servers do.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [, , port, pidFile] = process.argv;
const users = new Map();

createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
  const { status, json = {} } = answer(`${request.method} ${request.url}`, body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}).listen(Number(port), '127.0.0.1', () => {
  writeFileSync(pidFile, `${process.pid}\n`);
  console.log('listening');
});

function answer(line, body) {
  const id = /^\w+ \/api\/v1\/users\/(user-\d+)/.exec(line)?.[1];
  const user = users.get(id);
  if (line === 'GET /health' || line === 'GET /api/v1/health/deep') return { status: 200 };
  if (line === 'GET /api/v1/search') return { status: 200, json: { found: [] } };
  if (line === 'POST /api/v1/users') return { status: 201, json: { id: signUp(body) } };
  if (line === 'POST /api/v1/login') return logIn(body);
  if (user === undefined) return { status: 404 };
  if (line.endsWith('/emails')) return { status: 200, json: { sent: 1, activation_code: user.code } };
  if (line.endsWith('/activate')) return activate(user, body);
  return { status: users.delete(id) ? 204 : 404 };
}

function signUp({ email, password }) {
  const id = `user-${users.size + 1}`;
  users.set(id, { email, password, code: `code-${id}`, isActive: false });
  return id;
}

function activate(user, { code }) {
  user.isActive = code === user.code;
  return { status: user.isActive ? 200 : 403 };
}

function logIn({ email, password }) {
  const user = [...users.values()].find((one) => one.email === email && one.password === password);
  return user === undefined ? { status: 401 } : { status: 200, json: { active: user.isActive } };
}
