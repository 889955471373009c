// What the checks look at: one port that answers at once, and one that accepts and never answers.
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';

const web = createServer((_request, response) => response.end('ok'));
const hole = createTcpServer((socket) => {
  // Whoever was kept waiting goes away: no error of ours.
  socket.on('error', () => undefined);
  socket.resume();
});
web.listen(0, '127.0.0.1', () =>
  hole.listen(0, '127.0.0.1', () => console.log(`ports ${web.address().port} ${hole.address().port}`)),
);
