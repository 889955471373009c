import type { JsonRecord } from '@cortex/contracts';
import type { ActionContext, ActionResult, ProbeVerdict } from '../../define-action.ts';
import type { RestartParams } from './params.ts';

/** One way in which a service of the machine is run. */
export interface RestartVariant {
  guard(): Promise<string | undefined>;
  observe(): Promise<JsonRecord>;
  act(params: RestartParams, context: ActionContext, before: JsonRecord): Promise<ActionResult>;
  dryRun(): Promise<ActionResult>;
  probe(before: JsonRecord): Promise<ProbeVerdict>;
  undo(params: RestartParams, context: ActionContext): Promise<ActionResult>;
}
