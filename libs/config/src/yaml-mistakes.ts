import { isSecretKey } from './redact.ts';

/** What the YAML parser reports. Its own words speak of the grammar, and may quote a secret: they are never shown. */
export interface ParserError {
  readonly code: string;
  readonly message: string;
  /** Zero-based, in the text. */
  readonly offset: number;
}

/** The same mistake in the user's terms, at the place where it is to be mended. */
export interface YamlMistake {
  readonly message: string;
  readonly fix: string;
  readonly offset: number;
}

const syntaxFix = 'check indentation, quotes and brackets around here';

/** Says what is wrong and what to do, for every error that the parser knows. */
export function explainYamlError(text: string, error: ParserError): YamlMistake {
  const at = (message: string, fix: string, offset = error.offset): YamlMistake => ({ message, fix, offset });
  const line = lineAt(text, error.offset);
  switch (error.code) {
    case 'MULTIPLE_DOCS':
      return at(
        'a second document begins here, and one file holds one document',
        'delete this line if all below belongs to the same document; otherwise move what is below to a file of its own',
      );
    case 'TAB_AS_INDENT':
      return at('a tab indents this line', 'indent with spaces; YAML takes no tabs there');
    case 'BAD_INDENT':
      if (/^Flow (map|sequence)/.test(error.message)) return at(...unclosed(error.message));
      return badIndentation(text, line);
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return notOneKey(text, error);
    case 'MISSING_CHAR':
      return missingCharacter(text, error, line);
    case 'BLOCK_IN_FLOW':
      return at('a comma is missing within { } or [ ]', 'separate the entries by commas, or write one entry per line');
    case 'UNEXPECTED_TOKEN':
      return unexpectedToken(text, error);
    case 'BAD_SCALAR_START':
      return at(
        `a value that begins with ${text.charAt(error.offset)} needs quotes`,
        "put the whole value in quotes: '...'",
      );
    case 'BAD_ALIAS':
      return at(
        '* and & name anchors, and here no name follows',
        "put a value that begins with * or & in quotes: '...'",
      );
    case 'BAD_DQ_ESCAPE':
      return at(
        'a backslash within double quotes begins an escape that does not exist',
        'write \\\\ for a backslash, or use single quotes, where it is a plain character',
      );
    case 'TAG_RESOLVE_FAILED':
      return at('! begins a tag that Cortex does not know', "put a value that begins with ! in quotes: '...'");
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_TAGS':
    case 'ALIAS_PROPS':
    case 'BAD_PROP_ORDER':
      return at(
        'anchors (&name) and tags (!name) are combined in a way that YAML does not allow',
        'keep one of them, before the value',
      );
    case 'BAD_DIRECTIVE':
      return at('a line that begins with % is a directive that YAML does not know', 'delete the line');
    case 'KEY_OVER_1024_CHARS':
      return at('a key is longer than 1024 characters', 'check the quotes and the colon of this line');
    default:
      return at('the file is not valid YAML from here on', syntaxFix);
  }
}

/** An alias without its anchor. Its name is shown, unless it may be a part of a secret: `password: *abc`. */
export function explainMissingAnchor(text: string, name: string, offset: number): YamlMistake {
  const shown = speaksOfSecret(lineAt(text, offset)) ? '' : ` *${name}`;
  return {
    message: `the alias${shown} has no anchor before it`,
    fix: `define it above with &name, or put a text that begins with * in quotes: '*...'`,
    offset,
  };
}

function unclosed(message: string): [string, string] {
  const sign = message.startsWith('Flow map') ? ['{', '}'] : ['[', ']'];
  return [
    `a ${sign[0]} that was opened before this line is not closed`,
    `close it with ${sign[1]}; check quotes and brackets above`,
  ];
}

interface Line {
  /** Zero-based. */
  readonly number: number;
  readonly start: number;
  readonly text: string;
  readonly indent: number;
}

function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', start);
  return toLine(text.slice(start, end < 0 ? text.length : end), start, text.slice(0, start).split('\n').length - 1);
}

function toLine(text: string, start: number, number: number): Line {
  return { number, start, text, indent: text.length - text.trimStart().length };
}

/** The lines above that hold something, nearest first. */
function linesAbove(text: string, below: Line): readonly Line[] {
  let start = 0;
  const lines = text.split('\n').map((one, number) => {
    const line = toLine(one, start, number);
    start += one.length + 1;
    return line;
  });
  return lines
    .slice(0, below.number)
    .filter((line) => line.text.trim() !== '' && !line.text.trimStart().startsWith('#'))
    .toReversed();
}

interface Column {
  readonly indent: number;
  readonly of: 'key' | 'entry';
  /** Where it was opened; counted from 1. */
  readonly line: number;
}

/** The columns at which a line may continue what stands above it, deepest first. */
function openColumns(text: string, below: Line): readonly Column[] {
  const columns: Column[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const above of linesAbove(text, below)) {
    if (above.indent >= least) continue;
    least = above.indent;
    const line = above.number + 1;
    const dashes = keyIndent(above) - above.indent;
    if (!columns.some(({ of, indent }) => of === 'key' && indent === keyIndent(above))) {
      columns.push({ indent: keyIndent(above), of: 'key', line });
    }
    if (dashes > 0) columns.push({ indent: above.indent, of: 'entry', line });
    if (least === 0) break;
  }
  return columns;
}

function badIndentation(text: string, line: Line): YamlMistake {
  const kind = line.text.trimStart().startsWith('-') ? 'entry' : 'key';
  const open = openColumns(text, line);
  const offset = line.start + line.indent;
  const choices = open.filter(({ of, indent }) => of === kind && indent !== line.indent).slice(0, 3);
  const advice = choices.map(({ indent, line: of }) => `by ${indent} to belong with line ${of}`).join(', or ');
  if (kind === 'key' && open.some(({ of, indent }) => of === 'entry' && indent === line.indent)) {
    return {
      message: 'a key stands in the column of the list entries (-) above it',
      fix: `begin it with "- " if it is an entry of its own; otherwise indent it ${advice}`,
      offset,
    };
  }
  return {
    message: `this ${kind === 'entry' ? 'list entry' : 'key'} is indented by ${spaces(line.indent)}, where nothing above it is`,
    fix: choices.length === 0 ? syntaxFix : `indent it ${advice}`,
    offset,
  };
}

/** What stands where one `key: value` belongs: two colons in a line, a line without one, or a line that is indented wrongly. */
function notOneKey(text: string, error: ParserError): YamlMistake {
  const line = lineAt(text, error.offset);
  const body = line.text.trimStart();
  if ((body.match(/:\s/g) ?? []).length > 1 && error.message.startsWith('Nested')) {
    const fix = "put the value in quotes: key: 'a: b'";
    return { message: 'a second ": " stands in the value of this line', fix, offset: error.offset };
  }
  if (error.message.startsWith('A block sequence')) return badIndentation(text, line);
  // A value that goes on in the next line: the mistake is the indentation there.
  const next = lineBelow(text, line);
  if (next !== undefined && next.indent > line.indent && /:\s*\S/.test(body)) {
    return {
      message: `this line is indented more than the key above it, which has its value already (line ${line.number + 1})`,
      fix: `indent it like the keys beside it (${spaces(keyIndent(line))}), or take the value of line ${line.number + 1} away`,
      offset: next.start + next.indent,
    };
  }
  return noKey(line, error.offset);
}

function noKey(line: Line, offset: number): YamlMistake {
  const isEntry = line.text.trimStart().startsWith('-');
  return {
    message: isEntry
      ? 'a list entry (-) stands where a key belongs'
      : 'this line is neither "key: value" nor "- entry"',
    fix: isEntry
      ? 'indent it like the other entries of its list, or write key: value'
      : 'add the colon and a space behind the key, or the dash before the entry; a text of several lines goes in quotes',
    offset: Math.max(offset, line.start + line.indent),
  };
}

function keyIndent(line: Line): number {
  return line.indent + (/^(?:- +)+/.exec(line.text.trimStart())?.[0].length ?? 0);
}

function lineBelow(text: string, line: Line): Line | undefined {
  const start = line.start + line.text.length + 1;
  return start > text.length ? undefined : lineAt(text, start);
}

function missingCharacter(text: string, error: ParserError, line: Line): YamlMistake {
  if (error.message.startsWith('Missing closing')) {
    const quote = error.message.includes('"') ? '"' : "'";
    return {
      message: `a text in quotes is not closed before here`,
      fix: `close it with ${quote}; a ${quote} within it is written ${quote === '"' ? '\\"' : "''"}`,
      offset: error.offset,
    };
  }
  if (error.message.startsWith('Sequence item without')) return badIndentation(text, line);
  if (error.message.startsWith('Comments must')) {
    return { message: 'a # stands directly behind a value', fix: 'put a space before it', offset: error.offset };
  }
  if (error.message.startsWith('Implicit map keys')) return noKey(line, error.offset);
  return { message: 'a bracket, a comma or a colon is missing before here', fix: syntaxFix, offset: error.offset };
}

/** `memory_available: >100MB`, as people write a limit: YAML takes the > as the start of a text block. */
function unexpectedToken(text: string, error: ParserError): YamlMistake {
  const { offset } = error;
  const header = /^Block scalar header includes extra characters: ([>|]\S+)$/.exec(error.message)?.[1];
  if (header !== undefined) {
    const line = lineAt(text, offset);
    const isLimit = /^>=?[\d.]+ ?[A-Za-z%]{0,4}$/.test(header) && !speaksOfSecret(line);
    const sign = header.charAt(0);
    return {
      message: `${sign} at the start of a value begins a text of several lines`,
      fix: `a value that begins with ${sign} needs quotes: '${isLimit ? header : '...'}'`,
      offset,
    };
  }
  if (error.message.includes('block-seq-ind')) {
    return {
      message: 'a list entry (-) stands in the line of its key',
      fix: 'write the entries below the key, each in its own line, or [one, two]',
      offset,
    };
  }
  if (error.message.includes('at node end')) {
    return {
      message: 'something stands behind the end of a value',
      fix: 'put the whole value in quotes, or delete what is behind',
      offset,
    };
  }
  return { message: 'a sign stands where YAML has no place for it', fix: syntaxFix, offset };
}

function speaksOfSecret(line: Line): boolean {
  const key = /^\s*(?:- +)*["']?([^\s:"']+)["']?\s*:/.exec(line.text)?.[1];
  return key !== undefined && isSecretKey(key);
}

function spaces(count: number): string {
  return count === 1 ? '1 space' : `${count} spaces`;
}
