import type { Page } from '@cortex/channels';
import type { Target } from '@cortex/contracts';
import type { Runtime } from '@cortex/runtime';
import type { World } from '../world.ts';

/** How an attempt of an action ends that does not do its work. */
export type ActionFault = 'fails' | 'fails_for_now' | 'fails_half_way';

/** What an action is about to do. */
export interface Deed {
  readonly action: string;
  readonly executionId: string;
  readonly target: Target;
  readonly token: number;
  readonly isIdempotent: boolean;
  readonly isUndo: boolean;
}

/** How the plugins of one process reach the simulated targets and people. */
export interface Hands {
  readonly runtime: Runtime;
  readonly world: World;
  /** Notes that an effect begins, as the world and the server are at this moment. Says how it will end, and when. */
  begin(deed: Deed): { readonly fault: ActionFault | undefined; readonly tookEffect: () => void };
  /** Runs what has been begun at the target, whatever becomes of the process meanwhile. */
  atTarget(run: () => void): Promise<void>;
  /** False: the page does not get through. */
  deliver(page: Page): boolean;
}
