import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DetectionRule, signalVariables } from '@cortex/contracts';
import { describe, expect, it } from 'vitest';
import { buildJsonSchema, buildPlaybookJsonSchema } from './json-schema.ts';
import { formatProblems } from './problem.ts';
import { catalogue, parseFiles } from './testing/configuration-files.ts';

function repositoryFile(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
}

const page = repositoryFile('docs/configuration.md');
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');

function example(start: string): string {
  const found = examples.find((text) => text.startsWith(start));
  if (found === undefined) throw new Error(`no example starts with ${start}`);
  return found;
}

/** The problems as the user would see them; empty when the files are valid. */
function complaints(files: Readonly<Record<string, string>>): string {
  const result = parseFiles(files, 'none');
  return result.ok ? '' : formatProblems(result.problems);
}

describe('docs/configuration.md', () => {
  it('names every signal variable', () => {
    for (const name of signalVariables) expect(page).toContain(`\`${name}\``);
  });

  it('shows examples that load, together', () => {
    const playbook = example('playbook_id:');
    const files = { 'cortex.yaml': example('version: 1'), 'playbooks/disk.yaml': playbook };
    expect(complaints(files)).toBe('');
  });

  it('shows anchors and keys of one’s own that load', () => {
    expect(complaints({ 'cortex.yaml': example('version: 1\nx-http') })).toBe('');
  });

  it('shows checks in groups that load', () => {
    expect(complaints({ 'cortex.yaml': `version: 1\n${example('services:')}` })).toBe('');
  });

  it('shows the defaults of every section as they are', () => {
    const bare = parseFiles({ 'cortex.yaml': 'version: 1\n' }, 'none');
    for (const section of ['health:', 'safety:', 'escalation:\n  hold:']) {
      expect(parseFiles({ 'cortex.yaml': `version: 1\n${example(section)}` }, 'none')).toEqual(bare);
    }
    const collector = parseFiles({ 'cortex.yaml': `version: 1\n${example('collector:')}` }, 'none');
    expect(collector).toEqual(parseFiles({ 'cortex.yaml': 'version: 1\ncollector: { host: {} }\n' }, 'none'));
    const shop = 'services: [{ name: shop, instances: [{ id: a }] }]\n';
    const rules = parseFiles({ 'cortex.yaml': `version: 1\n${shop}${example('detection:')}` }, 'none');
    const [own] = rules.ok ? rules.configuration.detection : [];
    expect({ ...own, match: {} }).toEqual({ ...DetectionRule.parse({ match: {} }), match: {} });
  });
});

describe('the JSON Schemas for editors', () => {
  it('are those of the code: run `npm run generate` after a change', () => {
    expect(JSON.parse(repositoryFile('deploy/schema/cortex-playbook.schema.json'))).toEqual(buildPlaybookJsonSchema());
  });

  it('know the parameters of checks in groups, at the root and below a service', () => {
    const group = { properties: { http_endpoint: { $ref: '#/$defs/http_endpoint' } } };
    expect(buildJsonSchema(catalogue.checks)).toMatchObject({
      properties: { deep_checks: group, services: { items: { properties: { shallow_checks: group } } } },
      $defs: { http_endpoint: { properties: { expected_status: { type: 'number' }, timeout: { type: 'string' } } } },
    });
  });

  it('refer to nothing that they do not define', () => {
    const text = repositoryFile('deploy/schema/cortex.schema.json');
    const { $defs = {} } = JSON.parse(text) as { $defs?: object };
    const used = new Set([...text.matchAll(/"#\/\$defs\/([^"]+)"/g)].map(([, name]) => name));
    expect(used.size).toBeGreaterThan(10);
    expect([...used].filter((name) => name === undefined || !Object.hasOwn($defs, name))).toEqual([]);
  });

  it('refuse unknown keys, except where plugins bring their own', () => {
    expect(buildJsonSchema()).toMatchObject({
      required: ['version'],
      additionalProperties: false,
      properties: {
        checks: { items: { additionalProperties: {} } },
        services: { items: { additionalProperties: false } },
      },
    });
    expect(buildPlaybookJsonSchema()).toMatchObject({
      additionalProperties: false,
      properties: { remediation_steps: { items: { required: ['step', 'name', 'action'], additionalProperties: {} } } },
    });
  });
});
