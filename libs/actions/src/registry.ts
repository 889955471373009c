import { runCommand } from './command/run-command/run-command.ts';
import type { ActionDefinition } from './define-action.ts';
import { noOp } from './drill/no-op/no-op.ts';
import { cleanupTempFiles } from './infrastructure/cleanup-temp-files/cleanup-temp-files.ts';
import { rotateLogs } from './infrastructure/rotate-logs/rotate-logs.ts';
import { restartService } from './infrastructure/restart-service/restart-service.ts';

const actions: readonly ActionDefinition[] = [
  //
  cleanupTempFiles,
  noOp,
  restartService,
  rotateLogs,
  runCommand,
];

/** The actions that come with Cortex, by name. */
export const builtinActions: ReadonlyMap<string, ActionDefinition> = new Map(
  actions.map((action) => [action.name, action]),
);
