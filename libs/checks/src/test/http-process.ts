import { startProcess } from '@cortex/testing';
import type { TestProcess } from '@cortex/testing';

const program = `
const server = require('node:http').createServer((request, response) => response.end('{"status":"UP"}'));
server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log('port ' + server.address().port));
`;

/** An HTTP server as a process of its own, to be killed and frozen. */
export async function startHttpProcess(port = 0): Promise<{ readonly process: TestProcess; readonly port: number }> {
  const started = startProcess([process.execPath, '-e', program, String(port)]);
  const line = await started.waitForLine(/^port \d+$/);
  return { process: started, port: Number(line.slice('port '.length)) };
}
