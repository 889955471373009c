import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { importGatus } from './import-gatus.ts';
import { noteCodes } from './note.ts';

const page = readFileSync(new URL('../../../../../docs/configuration.md', import.meta.url), 'utf8');
const section = /^## Coming from Gatus$[\s\S]*?(?=^## )/m.exec(page)?.[0] ?? '';
const rows = [...section.matchAll(/^\| `(\[.*?|len.*?|has.*?)` +\| `?(.*?)`? +\|$/gm)].map(
  ([, gatus = '', cortex = '']) => [gatus, cortex] as const,
);

describe('the table of docs/configuration.md', () => {
  it('stands beside every code of a note', () => {
    for (const code of noteCodes) expect(section).toContain(`\`${code}\``);
  });

  it('has rows of both kinds', () => {
    expect(rows.filter(([, cortex]) => cortex === 'left out').length).toBeGreaterThan(5);
    expect(rows.filter(([, cortex]) => cortex !== 'left out').length).toBeGreaterThan(10);
  });

  const translated = rows.filter(([, cortex]) => cortex !== 'left out');
  const kept = rows.filter(([, cortex]) => cortex === 'left out');

  it.each(translated)('%s becomes %s', (condition, cortex) => {
    const { yaml, notes } = importOf(condition);
    expect(notes).toEqual([]);
    expect((parse(yaml) as { checks: unknown[] }).checks).toMatchObject([parse(cortex)]);
  });

  it.each(kept)('%s is left out', (condition) => {
    expect(importOf(condition).notes).toMatchObject([{ code: 'CORTEX_IMPORT_LEFT_OUT', what: condition }]);
  });
});

function importOf(condition: string) {
  const endpoint = { name: 'a', url: 'https://h', conditions: ['[CONNECTED] == true', condition] };
  return importGatus('gatus.yaml', JSON.stringify({ endpoints: [endpoint] }));
}
