import type { ConfigurationInputs } from './configuration-inputs.ts';
import { loadYaml } from './load-yaml.ts';
import { folderOf, resolvePath } from './paths.ts';
import { Report, showPath } from './report.ts';
import { isRecord } from './is-record.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** A place of the user's files that refers to a secret. */
export interface SecretUse {
  /** `env:NAME` or `file:/path`. */
  readonly reference: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `escalation.contacts[0].channels[0].secret` */
  readonly path: string;
}

const whole = /^(?:env:|file:\/)\S+$/;
const within = /\{\{ ?((?:env:|file:\/)[^{}\s]+) ?\}\}/g;

/** The references to secrets in a value, however deep: a text as a whole, or `{{…}}` within it. */
export function secretReferencesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') {
    return whole.test(value) ? [value] : [...value.matchAll(within)].map(([, reference]) => reference ?? '');
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(secretReferencesIn);
}

/** Every reference to a secret in the configuration and its playbooks, in order, with its place. Of files that can be read. */
export function findSecretUses(inputs: Omit<ConfigurationInputs, 'plugins'>): readonly SecretUse[] {
  const { entry, readFile, listFiles } = inputs;
  const root = loadYaml(entry, readFile, new Report(), '');
  if (root === undefined || !isRecord(root.value)) return [];
  const patterns: unknown = root.value['playbooks'];
  const files = (Array.isArray(patterns) ? patterns : []).flatMap((pattern: unknown) => {
    if (typeof pattern !== 'string') return [];
    const path = resolvePath(folderOf(entry), pattern);
    return pattern.includes('*') ? listFiles(path).toSorted() : [path];
  });
  const playbooks = [...new Set(files)].flatMap((file) => loadYaml(file, readFile, new Report(), '') ?? []);
  return [root, ...playbooks].flatMap((source) => usesIn(source, source.value, []));
}

function usesIn(source: YamlSource, value: unknown, path: Path): readonly SecretUse[] {
  if (typeof value === 'string') {
    return secretReferencesIn(value).map((reference) => {
      const { line, column } = source.locate(path);
      return { reference, file: source.file, line, column, path: showPath(path) };
    });
  }
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => usesIn(source, item, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => usesIn(source, item, [...path, key]));
}
