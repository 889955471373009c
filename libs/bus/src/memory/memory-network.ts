/**
 * The connection of one process to the server in memory. Each direction keeps its order, as TCP does; messages in
 * flight when the connection breaks never arrive.
 */
export interface MemoryNetwork {
  /** Runs `arrive` at the server, later or never. */
  toServer(arrive: () => void): void;
  /** Runs `arrive` at the process, later or never. */
  toClient(arrive: () => void): void;
  isConnected(): boolean;
  /** Calls back on every change of the connection until the returned function is called. */
  onChange(listener: (connected: boolean) => void): () => void;
}

/** A network without latency and faults. */
export function directNetwork(): MemoryNetwork {
  const soon = (arrive: () => void): void => queueMicrotask(arrive);
  return { toServer: soon, toClient: soon, isConnected: () => true, onChange: () => () => undefined };
}
