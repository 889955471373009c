import { CortexError } from '@cortex/errors';
import type { ErrorCode } from '@cortex/errors';

/** The kinds of plugins that a user may bring. */
export type PluginKind = 'action' | 'check' | 'channel';

const codes = {
  action: 'CORTEX_ACTION_LOAD',
  check: 'CORTEX_CHECK_LOAD',
  channel: 'CORTEX_CHANNEL_LOAD',
} as const satisfies Record<PluginKind, ErrorCode>;

/** A plugin of the user's that cannot be used. The message names the file. */
export class PluginLoadError extends CortexError {
  readonly file: string;

  constructor(kind: PluginKind, file: string, { problem, fix }: PluginProblem, options?: ErrorOptions) {
    super(codes[kind], `${file}: ${problem}`, { fix, ...options });
    this.file = file;
  }
}

export interface PluginProblem {
  readonly problem: string;
  readonly fix: string;
}
