import { describe, expect, it } from 'vitest';
import { compareConfigurations } from './compare-configurations.ts';
import { parseFiles } from './testing/configuration-files.ts';

const base = `version: 1
services:
  - { name: db, instances: [{ id: db-1 }] }
  - { name: shop, depends_on: [db], instances: [{ id: shop-1 }] }
checks: [{ name: db-sql, type: postgres, service: db, url: 'postgres://me:old-pw@db/x', interval: 30s }]
`;

function changes(after: string) {
  const [left, right] = [base, after].map((text) => {
    const result = parseFiles({ 'cortex.yaml': text });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    return { ...result.configuration };
  });
  return compareConfigurations(left ?? {}, right ?? {});
}

describe('what would change', () => {
  it('is nothing between the same', () => {
    expect(changes(`# a comment\n${base}`)).toEqual([]);
  });

  it('names what was added, removed and changed, with the fields', () => {
    const after = base
      .replace('- { name: db,', '- { name: cache, instances: [{ id: c-1 }] }\n  - { name: db, users: 7,')
      .replace('depends_on: [db], ', '')
      .replace(/checks.*\n/, 'safety: { hold_retry: 45s }\n');
    expect(changes(after)).toEqual([
      { kind: 'service', name: 'db', change: 'changed', needsRestart: false, fields: [{ path: 'users', after: 7 }] },
      {
        kind: 'service',
        name: 'shop',
        change: 'changed',
        needsRestart: false,
        fields: [{ path: 'dependsOn', before: ['db'], after: [] }],
      },
      { kind: 'service', name: 'cache', change: 'added', needsRestart: false, fields: [] },
      { kind: 'check', name: 'db-sql', change: 'removed', needsRestart: false, fields: [] },
      {
        kind: 'setting',
        name: 'safety.holdRetryMs',
        change: 'changed',
        needsRestart: false,
        fields: [{ path: 'safety.holdRetryMs', before: 30_000, after: 45_000 }],
      },
    ]);
  });

  it('says what takes effect only after a restart', () => {
    expect(changes(`${base}console: { port: 7781 }\n`)).toMatchObject([{ name: 'console.port', needsRestart: true }]);
  });

  it('never shows a secret', () => {
    const found = changes(base.replace('old-pw@db/x', 'new-pw@db2/x'));
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toMatch(/old-pw|new-pw/);
    expect(JSON.stringify(found)).toContain('@db2/x');
  });
});
