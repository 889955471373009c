import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const requestTimeoutMs = 100;
const pollMs = 10;

/** Asks until a process other than `oldPid` answers 200; gives back its pid. Fails when none does in time. */
export async function untilAnotherAnswers(url: string, oldPid: number | undefined, withinMs: number): Promise<number> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const pid = await askPid(url);
    if (pid !== undefined && pid !== oldPid) return pid;
    await pause(pollMs);
  }
  throw new Error(`${url} did not come back within ${withinMs} ms`);
}

/** The pid that a service answers with, on a connection of its own; undefined when it does not answer 200 at once. */
export function askPid(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const nothing = (): void => resolve(undefined);
    const request = get(url, { agent: false, signal: AbortSignal.timeout(requestTimeoutMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('error', nothing);
      response.on('end', () =>
        resolve(response.statusCode === 200 ? (JSON.parse(text) as { pid: number }).pid : undefined),
      );
    });
    request.on('error', nothing);
  });
}
