import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { messageOf } from '@cortex/errors';
import { CliError } from '../core/cli-error.ts';
import { requiredArgument, textOption, type CommandDefinition } from '../core/command.ts';
import { importGatus } from '../import/gatus/import-gatus.ts';
import type { LocatedNote } from '../import/gatus/locate-notes.ts';
import { mostCharacters } from '../import/gatus/read-gatus-file.ts';
import { show } from '../output/show.ts';
import { table } from '../output/table.ts';

export const importGatusCommand: CommandDefinition = {
  name: 'import gatus',
  summary: 'Translate the endpoints of a Gatus configuration into services and checks, and name all that stays behind',
  arguments: [{ syntax: '<file>', summary: 'the configuration file of Gatus' }],
  options: [{ flags: '--out <file>', summary: 'where to write it; never over a file (default: print it)' }],
  examples: [
    {
      line: 'cortex import gatus config.yaml --out cortex.yaml',
      says: 'then `cortex validate` and `cortex check run --all`',
    },
    { line: 'cortex import gatus config.yaml', says: 'look at it first: the configuration, then what stays behind' },
    { line: 'cortex import gatus config.yaml -o json', says: 'the same for programs' },
  ],
  async run(input) {
    const { context } = input;
    const named = requiredArgument(input);
    const result = importGatus(basename(named), textOf(resolve(context.workingFolder, named)));
    const { yaml, notes, services, checks } = result;
    const out = textOption(input, 'out');
    if (out !== undefined) writeNew(resolve(context.workingFolder, out), yaml);
    show(context, { ...(out === undefined ? {} : { out }), ...result }, () =>
      out === undefined ? yaml.trimEnd() : `${out}: ${services} services, ${checks} checks`,
    );
    if (context.output === 'table' && notes.length > 0) context.note(notesTable(notes));
    return notes.some(({ code }) => code === 'CORTEX_IMPORT_BAD_VALUE') ? 'failed' : 'ok';
  },
};

function textOf(path: string): string {
  const size = statSync(path, { throwIfNoEntry: false });
  if (size === undefined || !size.isFile()) {
    throw new CliError('CORTEX_CLI_NOT_FOUND', `no file ${path}`, 'name the configuration file of Gatus', 'notFound');
  }
  // A character takes up to four bytes; a larger file is not even read.
  if (size.size > 4 * mostCharacters) {
    const fix = 'split it, and import the parts';
    throw new CliError('CORTEX_IMPORT_UNREADABLE', `${path} is longer than ${4 * mostCharacters} bytes`, fix);
  }
  return readFileSync(path, 'utf8');
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const why = messageOf(error);
    throw new CliError('CORTEX_IMPORT_NOT_WRITTEN', why, 'name a file that is not there yet, in a folder that is');
  }
}

function notesTable(notes: readonly LocatedNote[]): string {
  return table(notes, [
    { title: 'line', value: ({ line }) => line },
    { title: 'code', value: ({ code }) => code },
    { title: 'field', value: ({ field }) => field },
    { title: 'endpoint', value: ({ endpoint }) => endpoint },
    { title: 'what', value: ({ what }) => what },
    { title: 'why', value: ({ why }) => why },
    { title: 'fix', value: ({ fix }) => fix },
  ]);
}
