import { execFileSync } from 'node:child_process';
import { builtinActions } from '../registry.ts';
import { exampleContext } from './context.ts';
import type { MountedRun } from './own-mounts.ts';

const run = JSON.parse(process.argv[2] ?? '') as MountedRun;
for (const mount of run.mounts) execFileSync('mount', mount);
const action = builtinActions.get(run.action);
if (action === undefined) throw new Error(`there is no action ${run.action}`);
if (run.uid !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(run.uid);
  process.setuid?.(run.uid);
}
const params = action.params.parse(run.params);
const context = exampleContext(run.facts ?? {});
const refused = await action.guard?.(params, context);
const result =
  refused !== undefined
    ? { refused }
    : await (run.isDry === true ? action.dryRun(params, context) : action.act(params, context, {}));
console.log(JSON.stringify(result));
