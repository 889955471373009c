import type { AuditView } from '@cortex/api';
import { exportAudit, verifyExport } from '@cortex/audit';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { natsOption, withBus } from './nats.ts';

/** As the console reports it, or as found in a file. */
type Verdict = Omit<AuditView, 'problems'> & { readonly problems: readonly AuditView['problems'][number][] };

export const auditVerifyCommand: CommandDefinition = {
  name: 'audit verify',
  summary: 'Prove that the audit trail is whole: nothing changed, removed, reordered or cut off',
  options: [{ flags: '--file <path>', summary: 'verify an export instead of the live trail' }],
  examples: [
    { line: 'cortex audit verify', says: 'the live trail' },
    { line: 'cortex audit verify --file audit.jsonl', says: 'a file that `cortex audit export` wrote, anywhere' },
  ],
  async run(input) {
    const { context } = input;
    const file = textOption(input, 'file');
    const verdict: Verdict =
      file === undefined
        ? await context.api.call('auditVerdict')
        : await verifyExport(existing(resolve(context.workingFolder, file)));
    show(context, verdict, verdictText);
    return verdict.ok ? 'ok' : 'failed';
  },
};

export const auditExportCommand: CommandDefinition = {
  name: 'audit export',
  summary: 'Write the whole audit trail to a file, exactly as stored, with what is needed to verify it',
  arguments: [{ syntax: '[file]', summary: 'where to (default: cortex-audit.jsonl)' }],
  options: [natsOption],
  examples: [{ line: 'cortex audit export audit.jsonl', says: 'for the auditors' }],
  async run(input) {
    const { context } = input;
    const path = resolve(context.workingFolder, input.arguments[0] ?? 'cortex-audit.jsonl');
    const entries = await withBus(input, (bus) => exportAudit(bus, path));
    show(context, { path, entries }, () => `${entries} records written to ${path}`);
    return 'ok';
  },
};

function verdictText(verdict: Verdict): string {
  const head = verdict.ok
    ? `the audit trail is whole: ${verdict.entries} records, proven by signature up to record ${verdict.provenTo}`
    : `THE AUDIT TRAIL IS BROKEN: ${verdict.entries} records, ${verdict.problems.length} problems`;
  return [
    head,
    ...verdict.problems.map(
      ({ kind, at, until, detail }) => `  ${kind} at record ${at}${until > at ? ` to ${until}` : ''}: ${detail}`,
    ),
  ].join('\n');
}

function existing(path: string): string {
  if (existsSync(path)) return path;
  throw new CliError('CORTEX_CLI_NOT_FOUND', `no file ${path}`, 'write one with `cortex audit export`', 'notFound');
}
