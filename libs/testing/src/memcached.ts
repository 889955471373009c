import { once } from 'node:events';
import { connect } from 'node:net';
import { eventually } from './eventually.ts';
import { startServer } from './server-process.ts';
import type { TestServer } from './server-process.ts';

/** A real memcached with 16 MB. */
export function startMemcached(): Promise<TestServer> {
  return startServer({
    name: 'memcached',
    argv: (_folder, port) => [
      'memcached',
      '-l',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      '0',
      '-m',
      '16',
      // It refuses to run as root.
      ...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []),
    ],
    ready: (_started, port) => eventually(() => accepts(port)),
  });
}

async function accepts(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
