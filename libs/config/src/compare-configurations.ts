import { isRecord } from './is-record.ts';
import { redactValue } from './redact.ts';

/** One difference between two configurations. */
export interface ConfigurationChange {
  readonly kind: 'service' | 'check' | 'playbook' | 'contact' | 'escalation policy' | 'setting';
  /** Of a setting: its path, `safety.holdRetryMs`. */
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** What differs inside, by path; absent for what was added or removed. */
  readonly fields: readonly FieldChange[];
  /** It takes effect only when Cortex is started anew. */
  readonly needsRestart: boolean;
}

export interface FieldChange {
  readonly path: string;
  /** Absent where there is no value. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Lists of named things, and which key is the name. */
const lists = [
  { key: 'services', kind: 'service', name: 'name' },
  { key: 'checks', kind: 'check', name: 'name' },
  { key: 'playbooks', kind: 'playbook', name: 'id' },
  { key: 'contacts', kind: 'contact', name: 'name' },
  { key: 'escalationPolicies', kind: 'escalation policy', name: 'id' },
] as const;

/** The port is given to the console when it is started. */
const restartsFor: readonly string[] = ['console'];

type Tree = Readonly<Record<string, unknown>>;

/**
 * What would change from one resolved configuration to another, in the order of the file. Secrets are left out of both
 * before they are compared.
 */
export function compareConfigurations(before: Tree, after: Tree): readonly ConfigurationChange[] {
  const [left, right] = [clean(before), clean(after)];
  const named = lists.flatMap(({ key, kind, name }) =>
    compareLists(kind, byName(left[key], name), byName(right[key], name)),
  );
  const isSetting = (key: string): boolean => !lists.some((list) => list.key === key);
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter(isSetting);
  const settings = keys.flatMap((key) =>
    compareValues(left[key], right[key], key).map((field): ConfigurationChange => ({
      kind: 'setting',
      name: field.path,
      change: changeOf(field),
      fields: [field],
      needsRestart: restartsFor.includes(key),
    })),
  );
  return [...named, ...settings];
}

/** As it comes back from JSON, so that what was sent and what was read here are alike. */
function clean(tree: Tree): Tree {
  return JSON.parse(JSON.stringify(redactValue(tree))) as Tree;
}

function byName(list: unknown, name: string): ReadonlyMap<string, unknown> {
  const entries = Array.isArray(list) ? list.filter(isRecord) : [];
  return new Map(entries.map((entry) => [String(entry[name]), entry]));
}

function compareLists(
  kind: ConfigurationChange['kind'],
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): readonly ConfigurationChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name): ConfigurationChange[] => {
    const whole = { kind, name, needsRestart: false };
    if (!before.has(name)) return [{ ...whole, change: 'added', fields: [] }];
    if (!after.has(name)) return [{ ...whole, change: 'removed', fields: [] }];
    const fields = compareValues(before.get(name), after.get(name), '');
    return fields.length === 0 ? [] : [{ ...whole, change: 'changed', fields }];
  });
}

/** Mappings are compared key by key, and lists of one length entry by entry; other values as a whole. */
function compareValues(before: unknown, after: unknown, path: string): readonly FieldChange[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => compareValues(before[key], after[key], path === '' ? key : `${path}.${key}`));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item, index) => compareValues(item, after[index], `${path}[${index}]`));
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

function changeOf({ before, after }: FieldChange): ConfigurationChange['change'] {
  if (before === undefined) return 'added';
  return after === undefined ? 'removed' : 'changed';
}
