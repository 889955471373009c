import { builtinChecks } from '@cortex/checks';
import { parseConfiguration } from '@cortex/config';
import { describe, expect, it } from 'vitest';

const examples = [...builtinChecks.values()].flatMap(({ name, example }) =>
  example === undefined ? [] : [{ name, example }],
);

function problemsOf(check: string): readonly unknown[] {
  const indented = check.replaceAll('\n', '\n    ');
  const service = /^service: (\S+)$/m.exec(check)?.[1] ?? 'shop';
  const text = `version: 1
services:
  - name: ${service}
    instances: [{ id: ${service}-1, port: 8080 }]
checks:
  - ${indented}
`;
  const result = parseConfiguration({
    entry: '/cortex.yaml',
    readFile: () => text,
    listFiles: () => [],
    plugins: { checks: builtinChecks },
  });
  return result.ok ? [] : result.problems;
}

describe('the example of a check in docs/plugins.md', () => {
  it.each(examples)('$name is taken by the configuration', ({ example }) => {
    expect(problemsOf(example)).toEqual([]);
  });

  it('would not be taken with a typo', () => {
    expect(problemsOf('name: a\ntype: http_endpoint\nservice: shop\npaht: /health')).toHaveLength(1);
  });
});
