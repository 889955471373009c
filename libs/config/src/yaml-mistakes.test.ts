import { describe, expect, it } from 'vitest';
import { readYaml } from './yaml-source.ts';
import { parseFiles } from './testing/configuration-files.ts';

function firstMistake(text: string): string {
  const [first] = readYaml('x.yaml', text).problems;
  return first === undefined ? '' : `${first.line}:${first.column} ${first.message} | ${first.fix}`;
}

const list = 'services:\n  - name: a\n    instances: [{ id: a }]\n';

describe('mistakes of YAML, in the terms of who writes it', () => {
  it.each([
    [
      'a key in the column of a dash',
      `${list}  kind: b\n`,
      '4:3 a key stands in the column of the list entries (-) above it | begin it with "- " if it is an entry of its own; otherwise indent it by 4 to belong with line 3, or by 0 to belong with line 1',
    ],
    [
      'a key less deep than its entry',
      `${list}   kind: b\n`,
      '4:4 this key is indented by 3 spaces, where nothing above it is | indent it by 4 to belong with line 3, or by 0 to belong with line 1',
    ],
    [
      'an entry less deep than its list',
      'services:\n    - name: a\n   - name: b\n',
      '3:4 this list entry is indented by 3 spaces, where nothing above it is | indent it by 4 to belong with line 2',
    ],
    [
      'a key deeper than the one above',
      'services:\n  - name: a\n     kind: b\n',
      '3:6 this line is indented more than the key above it, which has its value already (line 2) | indent it like the keys beside it (4 spaces)',
    ],
    [
      'the same in a mapping',
      'a: 1\n  b: 2\n',
      '2:3 this line is indented more than the key above it, which has its value already (line 1) | indent it like the keys beside it (0 spaces)',
    ],
    [
      'two documents',
      'version: 1\n---\nversion: 1\n',
      '2:1 a second document begins here, and one file holds one document | delete this line',
    ],
    ['two documents by an end mark', 'version: 1\n...\nversion: 1\n', '3:1 a second document begins here'],
    ['a tab', 'a:\n\tb: 1\n', '2:1 a tab indents this line | indent with spaces'],
    ['an open list', 'a: [b, c\nd: 1\n', '2:1 a [ that was opened before this line is not closed | close it with ]'],
    ['an open mapping', 'a: {b: 1\nd: 1\n', '2:1 a { that was opened before this line is not closed | close it with }'],
    ['an open quote', 'a: "b\nc: 1\n', '3:1 a text in quotes is not closed before here | close it with "'],
    ['two colons', 'a: b: c\n', '1:4 a second ": " stands in the value of this line | put the value in quotes'],
    [
      'a line without a colon',
      'a: 1\nfoo\nb: 2\n',
      '2:1 this line is neither "key: value" nor "- entry" | add the colon',
    ],
    ['an entry among keys', 'a:\n- b\nc: 1\n- d\n', '4:1 a list entry (-) stands where a key belongs | indent it'],
    [
      'an entry behind its key',
      'a: - b\n',
      '1:4 a list entry (-) stands in the line of its key | write the entries below',
    ],
    [
      'a limit',
      'a: >100MB\n',
      "1:6 > at the start of a value begins a text of several lines | a value that begins with > needs quotes: '>100MB'",
    ],
    ['an @', 'a: @home\n', '1:4 a value that begins with @ needs quotes | put the whole value in quotes'],
    ['a %', 'a: %x\n', '1:4 a value that begins with % needs quotes'],
    [
      'an alias inside of what it names',
      'a: &x\n  - b: *x\n',
      '2:8 *x stands inside of what it names, which so has no end',
    ],
    ['a lone *', 'a: *\n', '1:4 * and & name anchors, and here no name follows'],
    ['a pattern', 'a: *.yaml\n', '1:4 the alias *.yaml has no anchor before it | define it above with &name'],
    ['an !', 'a: !x y\n', '1:4 ! begins a tag that Cortex does not know | put a value that begins with !'],
    ['a backslash', 'a: "\\d"\n', '1:5 a backslash within double quotes begins an escape that does not exist'],
    ['text behind a quote', 'a: "b" c\n', '1:8 something stands behind the end of a value'],
    ['a comment without a space', 'a: "b"#c\n', '1:7 a # stands directly behind a value | put a space before it'],
    ['a missing comma', 'a: {"b":1 c: 2}\n', '1:9 a comma is missing within { } or [ ]'],
    ['a bracket too many', 'a: [b]]\n', '1:7 a sign stands where YAML has no place for it'],
    ['a merge of no mapping', 'a:\n  <<: 1\n', '2:7 << takes the keys of a mapping, and this is none'],
  ])('%s', (_, text, mistake) => {
    expect(firstMistake(text)).toContain(mistake);
  });

  it.each([
    ['', 'the file is empty'],
    ['\n  \n', 'the file is empty'],
    ['# later\n', 'the file has comments only'],
    ['---\n', 'the file has no content'],
  ])('says of the file %j that there is nothing in it', (text, message) => {
    const result = parseFiles({ 'cortex.yaml': text });
    expect(result.ok ? [] : result.problems).toEqual([
      expect.objectContaining({
        line: 1,
        column: 1,
        code: 'CORTEX_CONFIG_EMPTY',
        message,
        fix: expect.stringContaining('version: 1'),
      }),
    ]);
  });
});

describe('merge keys and keys of one’s own', () => {
  const text = `version: 1
x-defaults: &defaults { type: http_endpoint, service: shop, interval: 7s, url: 'http://127.0.0.1/' }
x-slow: &slow
  interval: 1m
services: [{ name: shop, instances: [{ id: shop-1 }] }]
checks:
  - { <<: *defaults, name: plain }
  - name: slow
    <<: [*slow, *defaults]
  - <<: *defaults
    name: own
    interval: 9s
`;

  it('are read: what is written beside << is stronger, and so is the earlier of two', () => {
    const result = parseFiles({ 'cortex.yaml': text });
    expect(result.ok ? [] : result.problems).toEqual([]);
    const checks = result.ok ? result.configuration.checks : [];
    expect(checks.map(({ name, intervalMs }) => [name, intervalMs])).toEqual([
      ['plain', 7_000],
      ['slow', 60_000],
      ['own', 9_000],
    ]);
  });

  it('have their mistakes told where they are written', () => {
    const result = parseFiles({ 'cortex.yaml': text.replace('interval: 1m', 'interval: 1 parsec') });
    const problems = result.ok ? [] : result.problems;
    expect(problems.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual([
      '4:13 CORTEX_CONFIG_BAD_DURATION',
    ]);
  });

  it('are refused in other places, and without the dash', () => {
    const wrong = parseFiles({ 'cortex.yaml': 'version: 1\nx: 1\nsafety: { x-more: 1 }\n' });
    const problems = wrong.ok ? [] : wrong.problems;
    expect(problems.map(({ code }) => code)).toEqual(['CORTEX_CONFIG_UNKNOWN_KEY', 'CORTEX_CONFIG_UNKNOWN_KEY']);
  });

  it('may be used as often as a large file needs', () => {
    const checks = Array.from({ length: 400 }, (_, index) => `  - { <<: *defaults, name: c${index} }`).join('\n');
    const result = parseFiles({ 'cortex.yaml': `${text}${checks}\n` });
    expect(result.ok ? result.configuration.checks.length : result.problems).toBe(403);
  });
});
