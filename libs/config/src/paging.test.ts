import { pagingDefaults } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { parseFiles } from './testing/configuration-files.ts';

const parse = (yaml: string) => parseFiles({ 'cortex.yaml': `version: 1\n${yaml}` }, 'none');

describe('when pages go out', () => {
  it('has the defaults for what is left out', () => {
    const result = parse('escalation: { hold: { SEV1: 10s }, reminder: { times: 0 }, fallback: log }');
    expect(result.ok && result.configuration.paging).toEqual({
      holdMs: { ...pagingDefaults.holdMs, SEV1: 10_000 },
      reminder: { ...pagingDefaults.reminder, times: 0 },
      fallback: 'log',
    });
  });

  it.each([
    ['hold: { SEV5: 1m }', 'CORTEX_CONFIG_UNKNOWN_KEY', 'SEV0'],
    ['hold: { SEV1: 5 }', 'CORTEX_CONFIG_BAD_DURATION', 'unit'],
    ['reminder: { time: 3 }', 'CORTEX_CONFIG_UNKNOWN_KEY', 'times'],
    ['fallback: nobody', 'CORTEX_CONFIG_UNKNOWN_CONTACT', 'log'],
    ['holds: {}', 'CORTEX_CONFIG_UNKNOWN_KEY', 'hold'],
  ])('refuses %s', (line, code, fix) => {
    const result = parse(`escalation: { ${line} }`);
    expect(result.ok ? [] : result.problems).toMatchObject([{ line: 2, code, fix: expect.stringContaining(fix) }]);
  });
});

describe('console.public_url', () => {
  it.each([
    ['https://cortex.example.org/', 'https://cortex.example.org'],
    ['http://10.0.0.1:7780/cortex//', 'http://10.0.0.1:7780/cortex'],
  ])('takes %s, without slashes at the end', (written, publicUrl) => {
    const result = parse(`console: { public_url: '${written}' }`);
    expect(result.ok && result.configuration.console.publicUrl).toBe(publicUrl);
  });

  it.each(['cortex.example.org', 'ftp://cortex.example.org', 'https://a:b@cortex.example.org', 'https://c.org/?a=1'])(
    'refuses %s',
    (written) => {
      const result = parse(`console: { public_url: '${written}' }`);
      expect(result.ok ? [] : result.problems).toMatchObject([{ path: 'console.public_url' }]);
    },
  );
});
