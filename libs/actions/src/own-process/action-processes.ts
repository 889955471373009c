import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { CortexError } from '@cortex/errors';
import type { FromAction, ToAction } from './messages.ts';

/** The program that calls `serveAction`: a file, and the options that Node needs for it. */
export interface ActionProgram {
  readonly file: string;
  readonly options: readonly string[];
}

/** Processes that have loaded the user's actions, one for each effect. */
export class ActionProcesses {
  readonly #folders: readonly string[];
  readonly #program: ActionProgram;
  #spare: Promise<ChildProcess> | undefined;

  constructor(folders: readonly string[], program: ActionProgram) {
    this.#folders = folders;
    this.#program = program;
  }

  /** Sees to it that one is there, so that its start takes nothing of the time of a step. */
  async prepare(): Promise<void> {
    this.#spare ??= this.#start();
    await this.#spare.catch(() => (this.#spare = undefined));
  }

  /** One that is ready, and that no other effect gets. */
  async take(): Promise<ChildProcess> {
    const waiting = this.#spare;
    this.#spare = undefined;
    const spare = await waiting;
    const child = spare?.connected === true ? spare : await this.#start();
    child.ref();
    child.channel?.ref?.();
    return child;
  }

  async #start(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [...this.#program.options, this.#program.file], {
      // A session of its own, to be ended whole.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    const listening = new AbortController();
    const { signal } = listening;
    const ended = once(child, 'exit', { signal }).then(([status]) => {
      throw new CortexError(
        'CORTEX_ACTION_FAILED',
        `the process of an action ended at its start with ${String(status)}`,
      );
    });
    try {
      child.send({ is: 'load', folders: this.#folders } satisfies ToAction);
      const [told] = (await Promise.race([once(child, 'message', { signal }), ended])) as [FromAction];
      if (told.is !== 'ready')
        throw new CortexError('CORTEX_ACTION_FAILED', told.is === 'broke' ? told.message : told.is);
    } finally {
      listening.abort();
    }
    // One that waits keeps nobody alive. It ends when this process does.
    child.unref();
    child.channel?.unref?.();
    return child;
  }
}
