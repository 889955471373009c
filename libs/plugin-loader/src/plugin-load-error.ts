/** The kinds of plugins that a user may bring. */
export type PluginKind = 'action' | 'check' | 'channel';

const codes = {
  action: 'CORTEX_ACTION_LOAD',
  check: 'CORTEX_CHECK_LOAD',
  channel: 'CORTEX_CHANNEL_LOAD',
} as const satisfies Record<PluginKind, string>;

/** A plugin of the user's that cannot be used. The message names the file and the fix. */
export class PluginLoadError extends Error {
  readonly code: (typeof codes)[PluginKind];
  readonly file: string;

  constructor(kind: PluginKind, file: string, { problem, fix }: PluginProblem, options?: ErrorOptions) {
    super(`${file}: ${problem}. Fix: ${fix}`, options);
    this.name = 'PluginLoadError';
    this.code = codes[kind];
    this.file = file;
  }
}

export interface PluginProblem {
  readonly problem: string;
  readonly fix: string;
}
