import type { ServiceName } from '@cortex/local-stack';

/** A service of this process, on the main thread or on one of its own. */
export interface RunningService {
  readonly name: ServiceName;
  readonly port: number;
  isReady(): boolean;
  stop(): Promise<void>;
}
