import { CortexError, messageOf } from '@cortex/errors';
import type { ActionContext, ActionDefinition } from '../define-action.ts';
import { loadActions } from '../load-actions.ts';
import type { ActionTask, FromAction, ToAction } from './messages.ts';

/** The program of a process that runs one action of the user's. It ends with its result, and with the process that started it. */
export function serveAction(): void {
  const [abort, stop] = [new AbortController(), new AbortController()];
  let actions: Promise<ReadonlyMap<string, ActionDefinition>> = Promise.resolve(new Map());
  // Without the process that started it, it has no lease, and what it started neither.
  process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));
  process.on('message', (told: ToAction) => {
    switch (told.is) {
      case 'load':
        actions = loadActions(told.folders);
        actions.then(() => tell({ is: 'ready' }), giveUp);
        return;
      case 'task':
        void actions.then((loaded) => run(loaded, told.task, { signal: abort.signal, stopRequest: stop.signal }));
        return;
      case 'abort':
        abort.abort(new CortexError('CORTEX_ACTION_FAILED', told.reason));
        return;
      case 'stop':
        stop.abort();
    }
  });
}

async function run(
  actions: ReadonlyMap<string, ActionDefinition>,
  task: ActionTask,
  signals: Pick<ActionContext, 'signal' | 'stopRequest'>,
): Promise<void> {
  const log: ActionContext['log'] = (message, data) => tell({ is: 'log', message, data });
  try {
    const action = actions.get(task.name);
    const effect = task.effect === 'act' ? action?.act : action?.undo;
    if (effect === undefined)
      throw new CortexError('CORTEX_ACTION_FAILED', `${task.name} has no ${task.effect} any more`);
    const result = await effect.call(action, task.params, { ...task.context, ...signals, log }, task.before);
    tell({ is: 'result', result }, () => process.exit(0));
  } catch (error) {
    giveUp(error);
  }
}

function giveUp(error: unknown): void {
  tell({ is: 'broke', message: messageOf(error) }, () => process.exit(1));
}

function tell(message: FromAction, afterwards: () => void = () => undefined): void {
  process.send?.(message, afterwards);
}
