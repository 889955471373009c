import type { JsonRecord } from '@cortex/contracts';
import type { ActionContext, ActionResult } from '../define-action.ts';

/** What changes a target; everything else of an action only looks. */
export type Effect = 'act' | 'undo';

/** What the process of an action is told, once. All of it is copied: no function and no shared state passes over. */
export interface ActionTask {
  readonly name: string;
  readonly effect: Effect;
  readonly params: unknown;
  readonly context: Pick<ActionContext, 'target' | 'facts' | 'executionId' | 'token'>;
  readonly before: JsonRecord;
}

export type ToAction =
  | { readonly is: 'load'; readonly folders: readonly string[] }
  | { readonly is: 'task'; readonly task: ActionTask }
  | { readonly is: 'abort'; readonly reason: string }
  /** `stopRequest` */
  | { readonly is: 'stop' };

export type FromAction =
  /** The actions are loaded. */
  | { readonly is: 'ready' }
  | { readonly is: 'log'; readonly message: string; readonly data: JsonRecord | undefined }
  | { readonly is: 'result'; readonly result: ActionResult }
  | { readonly is: 'broke'; readonly message: string };
