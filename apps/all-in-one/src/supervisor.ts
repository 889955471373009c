import { CortexError, messageOf } from '@cortex/errors';
import type { StackMessage } from '@cortex/local-stack';

/** Tells the process that started this one, if it listens; a container or systemd does not. */
export function tellSupervisor(message: StackMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send !== undefined) process.send(message, () => resolve());
    else resolve();
  });
}

/** Why nothing runs, for the user of that process. */
export function refusal(error: unknown): StackMessage {
  if (!(error instanceof CortexError)) {
    return { type: 'refused', code: 'CORTEX_STACK_NOT_READY', message: messageOf(error) };
  }
  const { code, message, fix } = error;
  return { type: 'refused', code, message, ...(fix === undefined ? {} : { fix }) };
}
