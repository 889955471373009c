import { formatProblems } from '@cortex/config';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition, type CommandInput } from '../core/command.ts';
import { askEach } from '../init/ask.ts';
import { candidatesOf, type Candidate } from '../init/candidates.ts';
import { findContainers } from '../init/containers.ts';
import { propose } from '../init/find-http.ts';
import { findListeners } from '../init/listeners.ts';
import { nextCommands, shownPath } from '../init/next-commands.ts';
import { writeProposal, type ProposedFile } from '../init/write-proposal.ts';
import { show } from '../output/show.ts';
import { printable } from '../output/table.ts';
import { loadConfiguration } from './configuration.ts';

export const initCommand: CommandDefinition = {
  name: 'init',
  summary:
    'Look at what listens on this machine, and propose a configuration with checks, playbooks for units and containers, and dry run on',
  options: [
    { flags: '--yes', summary: 'take all that is found, without asking' },
    { flags: '--no-requests', summary: 'send nothing to what listens: each port is then checked by tcp_port alone' },
    {
      flags: '--dir <folder>',
      summary: 'where cortex.yaml and its playbooks are written; never over a file',
      default: '.',
    },
  ],
  examples: [
    { line: 'cortex init', says: 'asks for each service that it finds' },
    { line: 'cortex init --yes', says: 'takes all; then `cortex check run --all`, and `cortex up`' },
    {
      line: 'cortex init --no-requests',
      says: 'without it, each port that is chosen is asked for /, /health and /healthz',
    },
    { line: 'cortex init --yes --dir /etc/cortex', says: 'somewhere else' },
  ],
  async run(input) {
    const { context } = input;
    const folder = resolve(context.workingFolder, textOption(input, 'dir') ?? '.');
    refuseOver(join(folder, 'cortex.yaml'));
    const listeners = findListeners();
    const found = candidatesOf(listeners, await findContainers());
    const proposals = await propose(await chosenOf(found, input), input.options['requests'] !== false);
    const files = writeProposal(proposals, new Set(listeners.map(({ port }) => port)));
    write(folder, files);
    const file = join(folder, 'cortex.yaml');
    const { result } = await loadConfiguration(file, context);
    if (!result.ok) {
      throw new CliError(
        'CORTEX_CLI_FAILED',
        `what was written is not valid, which is a mistake of Cortex:\n${formatProblems(result.problems)}`,
        'report it with these lines',
      );
    }
    const written = files.map(({ path }) => join(folder, path));
    const summary = proposals.map(({ name, about, restart }) => ({ name, about, restartable: restart !== undefined }));
    show(context, { written, services: summary }, () =>
      [
        ...summary.map((one) => printable(`${one.name}: ${one.about}${one.restartable ? '' : ' (watched only)'}`)),
        summary.length === 0 ? 'nothing was found that listens; the file is a frame to fill' : '',
        `written: ${written.map((path) => shownPath(path, context)).join(', ')}`,
        summary.some(({ restartable }) => !restartable)
          ? 'watched only: cortex.yaml does not say how it is restarted, so it has no playbook; docs/first-service.md has both'
          : '',
        'next (dry run is on: nothing is changed):',
        ...nextCommands(file, context).map((command) => `  ${command}`),
      ]
        .filter((line) => line !== '')
        .join('\n'),
    );
    return 'ok';
  },
};

async function chosenOf(
  found: readonly Candidate[],
  { options, context }: CommandInput,
): Promise<readonly Candidate[]> {
  if (options['yes'] === true || found.length === 0) return found;
  if (context.output === 'json' || !process.stdin.isTTY) {
    throw new CliError('CORTEX_CLI_USAGE', 'there is nobody to ask', 'add --yes to take all that is found', 'usage');
  }
  return askEach(found, ({ name, about }) => printable(`Watch ${name} (${about})?`), context.signal);
}

function write(folder: string, files: readonly ProposedFile[]): void {
  for (const { path } of files) refuseOver(join(folder, path));
  for (const { path, text } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    // Fails when somebody created it in this moment.
    writeFileSync(file, text, { flag: 'wx' });
  }
}

function refuseOver(file: string): void {
  if (!existsSync(file)) return;
  throw new CliError(
    'CORTEX_INIT_NOT_WRITTEN',
    `${file} is there already`,
    'move it away, or name another folder with --dir',
  );
}
