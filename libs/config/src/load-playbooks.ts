import type { Playbook } from '@cortex/contracts';
import type { ConfigurationInputs } from './configuration-inputs.ts';
import { loadYaml } from './load-yaml.ts';
import { resolvePath } from './paths.ts';
import { resolvePlaybook } from './resolve/playbook.ts';
import { isRecord } from './is-record.ts';
import { read, readList } from './scope.ts';
import type { Scope, World } from './scope.ts';
import { text } from './schema/scalars.ts';
import type { YamlSource } from './yaml-source.ts';

type Files = Pick<ConfigurationInputs, 'readFile' | 'listFiles'>;

/** Finds, reads and validates every playbook file; each file is read once, however often it is listed. */
export function loadPlaybooks(scope: Scope, raw: unknown, world: World, files: Files): readonly Playbook[] {
  const sources = findFiles(scope, raw, files).flatMap(
    (file) => loadYaml(file, files.readFile, scope.report, 'a playbook that starts with playbook_id: ...') ?? [],
  );
  refuseSameIds(scope, sources);
  return sources.flatMap((source) => resolvePlaybook({ ...scope, source }, world) ?? []);
}

function findFiles(scope: Scope, raw: unknown, { readFile, listFiles }: Files): readonly string[] {
  const found = readList(scope, ['playbooks'], raw).flatMap((entry, index) => {
    const path = ['playbooks', index];
    const pattern = read(scope, path, text, entry);
    if (pattern === undefined) return [];
    if (pattern.includes('://')) {
      const message = 'a playbook is a file, and this is a URL';
      scope.report.add(
        scope.source,
        path,
        'CORTEX_CONFIG_INVALID_VALUE',
        message,
        'write a path, relative to this file',
      );
      return [];
    }
    const resolved = resolvePath(scope.folder, pattern);
    if (pattern.includes('*')) {
      const matches = listFiles(resolved).toSorted();
      if (matches.length === 0) {
        const message = `no playbook matches "${pattern}"`;
        scope.report.add(
          scope.source,
          path,
          'CORTEX_CONFIG_NO_MATCH',
          message,
          `put playbooks there (${resolved}), or correct the pattern`,
        );
      }
      return matches;
    }
    if (isReadable(resolved, readFile)) return [resolved];
    const message = `the playbook file "${pattern}" cannot be read`;
    scope.report.add(
      scope.source,
      path,
      'CORTEX_CONFIG_FILE_MISSING',
      message,
      `create ${resolved}, or correct the path`,
    );
    return [];
  });
  return [...new Set(found)];
}

function isReadable(path: string, readFile: Files['readFile']): boolean {
  try {
    readFile(path);
    return true;
  } catch {
    return false;
  }
}

function refuseSameIds(scope: Scope, sources: readonly YamlSource[]): void {
  const seen = new Map<string, YamlSource>();
  for (const source of sources) {
    const id = isRecord(source.value) ? source.value['playbook_id'] : undefined;
    if (typeof id !== 'string') continue;
    const first = seen.get(id);
    if (first === undefined) {
      seen.set(id, source);
      continue;
    }
    const message = `the playbook "${id}" exists already, in ${first.file}`;
    scope.report.add(
      source,
      ['playbook_id'],
      'CORTEX_CONFIG_DUPLICATE_NAME',
      message,
      'give each playbook its own playbook_id',
    );
  }
}
