import type { ServiceName } from '@cortex/local-stack';
import type { ServiceEnvironment } from '@cortex/service';

/** What a thread is given at its start. */
export interface ThreadTask {
  readonly name: ServiceName;
  readonly environment: ServiceEnvironment;
}

/** What a thread says: where it listens, then each change of its readiness. */
export type ThreadReport =
  { readonly is: 'started'; readonly port: number } | { readonly is: 'ready' | 'not ready' | 'stopped' };

/** The one thing that a thread is told. */
export const stopRequest = 'stop';
