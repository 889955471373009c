import { describe, expect, it } from 'vitest';
import { formatProblems } from './problem.ts';
import { parseFiles } from './testing/configuration-files.ts';

describe('formatProblems', () => {
  it('prints every problem of every file at once, sorted by place, with its fix', () => {
    const result = parseFiles({
      'cortex.yaml':
        'version: 1\nplaybooks: [p.yaml]\nsafty: {}\nconsole: { port: "7780" }\nhealth: { recover_after: 0 }\n',
      'p.yaml': 'playbook_id: [\n',
    });
    expect(result.ok ? '' : formatProblems(result.problems)).toBe(
      [
        '/etc/cortex/cortex.yaml:3:1  CORTEX_CONFIG_UNKNOWN_KEY  unknown key "safty"',
        '    fix: did you mean "safety"? Otherwise the keys here are version, environment, plugins, playbooks, services, checks, shallow_checks, deep_checks, comprehensive_checks, health, detection, safety, escalation, collector, console',
        '/etc/cortex/cortex.yaml:4:18  CORTEX_CONFIG_WRONG_TYPE  port is the text "7780", but a number belongs here',
        '    fix: write a plain number, without quotes and without a unit',
        '/etc/cortex/cortex.yaml:5:26  CORTEX_CONFIG_INVALID_VALUE  recover_after: 0 is not allowed',
        '    fix: expected number to be >0',
        '/etc/cortex/p.yaml:2:1  CORTEX_CONFIG_YAML_SYNTAX  a [ that was opened before this line is not closed',
        '    fix: close it with ]; check quotes and brackets above',
      ].join('\n'),
    );
  });

  it('names the file itself when it cannot be read', () => {
    const result = parseFiles({});
    expect(result.ok ? [] : result.problems).toEqual([
      {
        file: '/etc/cortex/cortex.yaml',
        line: 1,
        column: 1,
        path: '',
        code: 'CORTEX_CONFIG_FILE_MISSING',
        message: 'cannot read the file: ENOENT: /etc/cortex/cortex.yaml',
        fix: 'create the file, or correct the path',
      },
    ]);
  });
});
