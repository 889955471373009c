import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A connection to a server on this machine that can be broken. */
export interface TcpCable {
  readonly port: number;
  /** Breaks it. Bytes in flight are lost, and nobody can connect again before `mend`. */
  cut(): void;
  /** Heals it: what was held back by `deafen` or `swallow` is lost, so those connections end. */
  mend(): void;
  /** From now on nothing from the server arrives, until the connection is cut. */
  deafen(): void;
  /** A black hole: nothing arrives on either side, and nobody is told, until `mend`. */
  swallow(): void;
  /** Bytes arrive so much later, in both directions. */
  delay(ms: number): void;
  /** Ends each connection that is open now with this probability, as a reset does. */
  reset(probability: number, random: () => number): void;
  close(): void;
}

type State = 'whole' | 'cut' | 'deaf' | 'swallowing';

export async function layTcpCable(serverPort: number): Promise<TcpCable> {
  const connections = new Set<readonly Socket[]>();
  let state: State = 'whole';
  let delayMs = 0;
  const endAll = (): void => {
    for (const pair of connections) for (const socket of pair) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(serverPort, '127.0.0.1');
    const pair = [client, upstream];
    const end = (): void => {
      for (const socket of pair) socket.destroy();
      connections.delete(pair);
    };
    connections.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
    if (state === 'cut') {
      end();
      return;
    }
    client.on('data', (data) => {
      if (state !== 'swallowing') send(upstream, data);
    });
    upstream.on('data', (data) => {
      if (state === 'whole') send(client, data);
    });
  });
  const send = (socket: Socket, data: Buffer): void => {
    const write = (): void => void (socket.destroyed || socket.write(data));
    // Timers of one length run in the order in which they were set, so bytes keep theirs.
    if (delayMs === 0) write();
    else setTimeout(write, delayMs);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = 'cut';
      endAll();
    },
    mend() {
      if (state === 'deaf' || state === 'swallowing') endAll();
      state = 'whole';
    },
    deafen() {
      state = 'deaf';
    },
    swallow() {
      state = 'swallowing';
    },
    delay(ms) {
      delayMs = ms;
    },
    reset(probability, random) {
      for (const pair of connections) if (random() < probability) for (const socket of pair) socket.resetAndDestroy();
    },
    close() {
      endAll();
      server.close();
    },
  };
}
