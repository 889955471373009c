/** How every command ends; docs/cli.md shows exactly this table. */
export const exitCodes = {
  ok: { code: 0, meaning: 'Done, or the answer is yes' },
  failed: {
    code: 1,
    meaning: 'It went wrong, or the answer is no: an invalid configuration, a failing check, a broken audit chain',
  },
  usage: { code: 2, meaning: 'The command was not understood' },
  unreachable: { code: 3, meaning: 'The console or NATS cannot be reached' },
  notFound: { code: 4, meaning: 'There is no such incident, approval, playbook or file' },
  refused: { code: 5, meaning: 'Refused: no token, already answered, expired, still cooling down' },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

export type ExitReason = keyof typeof exitCodes;
