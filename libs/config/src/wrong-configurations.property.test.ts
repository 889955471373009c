import { configErrors } from '@cortex/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from './problem.ts';
import { catalogue, diskSpaceCleanup, parseFiles } from './testing/configuration-files.ts';

const entry = `version: 1
services:
  - name: db
    instances: [{ id: db-1, process: { pid_file: run/db.pid } }]
  - name: infra
    depends_on: [db]
    instances: [{ id: host-1 }]
    shallow_checks:
      http_endpoint: { url: "http://\${instance.host}/", timeout: 100ms }
checks:
  - { name: db-http, type: http_endpoint, service: db, url: "http://\${instance.host}/" }
deep_checks:
  db-postgres:
    check: postgres
    service: db
    url: x
escalation:
  contacts:
    - { name: infrastructure_team, channels: [{ type: log }] }
    - { name: on_call_engineer, channels: [{ type: webhook, url: "https://example.org/" }] }
  policies: [{ name: All, escalation_chain: [{ level: 1, notify: log }] }]
collector: { host: { service: infra } }
playbooks: [playbooks/*.yaml]
`;

const junk = fc.constantFrom(
  '',
  '~',
  '[]',
  '{}',
  '-1',
  '.nan',
  '.inf',
  '1e400',
  '"',
  '${x}',
  '&a',
  '*a',
  '!!binary x',
  '!t x',
  'yes',
  '__proto__: 1',
  'a: b',
  '- x',
  '\t',
  '\u0000',
  '2026-01-01',
  '? x',
  '<<: *a',
);

/** Breaks a text in a few places, as a typing mistake would. */
function broken(text: string): fc.Arbitrary<string> {
  const lines = text.split('\n');
  const edit = fc.record({
    line: fc.nat({ max: lines.length - 1 }),
    kind: fc.constantFrom('delete', 'indent', 'repeat', 'value', 'cut'),
    junk,
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    const copy = [...lines];
    for (const { line, kind, junk: insert } of edits) {
      const old = copy[line] ?? '';
      if (kind === 'delete') copy[line] = '';
      if (kind === 'indent') copy[line] = `  ${old}`;
      if (kind === 'repeat') copy[line] = `${old}\n${old}`;
      if (kind === 'value') copy[line] = `${old.slice(0, old.indexOf(':') + 1)} ${insert}`;
      if (kind === 'cut') copy[line] = old.slice(0, Math.floor(old.length / 2)) + insert;
    }
    return copy.join('\n');
  });
}

function isSound({ line, column, code, message, fix }: Problem): boolean {
  return line >= 1 && column >= 1 && code in configErrors && message !== '' && fix !== '';
}

describe('a broken configuration', () => {
  it('is right before it is broken', () => {
    expect(parseFiles({ 'cortex.yaml': entry, 'playbooks/disk.yaml': diskSpaceCleanup }).ok).toBe(true);
  });

  it('never throws: it is accepted, or refused with sound problems', () => {
    fc.assert(
      fc.property(broken(entry), broken(diskSpaceCleanup), fc.boolean(), (configuration, playbook, withPlugins) => {
        const files = { 'cortex.yaml': configuration, 'playbooks/disk.yaml': playbook };
        const result = parseFiles(files, withPlugins ? catalogue : 'none');
        expect(result.ok || (result.problems.length > 0 && result.problems.every(isSound))).toBe(true);
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  it('never throws on arbitrary values where a check of a group belongs', () => {
    const service = { name: 'db', instances: [{ id: 'db-1' }] };
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), fc.boolean(), (group, below) => {
        const groups = { shallow_checks: group };
        const root = below ? { services: [{ ...service, ...groups }] } : { services: [service], ...groups };
        const result = parseFiles({ 'cortex.yaml': JSON.stringify({ version: 1, ...root }) });
        expect(result.ok || result.problems.every(isSound)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws on arbitrary values where a section belongs', () => {
    const section = fc.constantFrom(
      'version',
      'environment',
      'plugins',
      'playbooks',
      'services',
      'checks',
      'shallow_checks',
      'deep_checks',
      'comprehensive_checks',
      'health',
      'detection',
      'safety',
      'escalation',
      'collector',
      'console',
    );
    fc.assert(
      fc.property(section, fc.jsonValue({ maxDepth: 4 }), (key, value) => {
        const result = parseFiles({ 'cortex.yaml': JSON.stringify({ version: 1, [key]: value }) });
        expect(result.ok || result.problems.every(isSound)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
