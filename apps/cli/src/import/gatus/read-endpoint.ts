import { badValue } from './note.ts';
import type { Note } from './note.ts';
import type { Path } from './path.ts';
import { durationOf, flagOf, isMapping, ownValue, textOf } from './values.ts';
import type { Mapping } from './values.ts';

/** An endpoint of Gatus, with the defaults of Gatus. */
export interface GatusEndpoint {
  readonly path: Path;
  readonly name: string;
  readonly group: string;
  readonly isEnabled: boolean;
  readonly url: string;
  readonly method: string;
  readonly body: string;
  readonly isGraphql: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly isInsecure: boolean;
  readonly ignoresRedirects: boolean;
  readonly conditions: readonly string[];
  readonly raw: Mapping;
}

const mostConditions = 100;

/** Reads one entry of `endpoints`; all mistakes in it are noted at once. */
export function readEndpoint(raw: unknown, path: Path): GatusEndpoint | readonly Note[] {
  if (!isMapping(raw))
    return [badValue(path, 'endpoint', 'it is no mapping of keys', 'write name, url and conditions')];
  const wrong: Note[] = [];
  const client = ownValue(raw, 'client') ?? {};
  const settings = isMapping(client) ? client : {};
  if (!isMapping(client))
    wrong.push(badValue([...path, 'client'], 'client', 'it is no mapping of keys', 'write timeout: 10s'));
  const text = (key: string, preset?: string): string => {
    const value = ownValue(raw, key) ?? preset;
    const read = textOf(value);
    if (read !== undefined && (read !== '' || preset === '')) return read;
    const why = value === undefined || read === '' ? 'it is missing' : 'it is no text';
    wrong.push(badValue([...path, key], key, why, `give the endpoint a ${key}`));
    return '';
  };
  const flag = (from: Mapping, at: Path, key: string, preset: boolean): boolean => {
    const read = flagOf(ownValue(from, key));
    if (read !== 'bad') return read ?? preset;
    wrong.push(badValue([...at, key], key, 'it is neither true nor false', 'write true or false'));
    return preset;
  };
  const duration = (from: Mapping, at: Path, key: string, preset: number): number => {
    const value = ownValue(from, key);
    if (value === undefined || value === null) return preset;
    const read = typeof value === 'string' ? durationOf(value) : undefined;
    if (read !== undefined) return read === 0 ? preset : read;
    const why = 'it is no time of whole milliseconds, with units';
    wrong.push(badValue([...at, key], `${key}: ${textOf(value) ?? '…'}`, why, 'write a time such as 30s'));
    return preset;
  };
  const clientPath = [...path, 'client'];
  const endpoint: GatusEndpoint = {
    path,
    raw,
    name: text('name'),
    group: text('group', ''),
    url: text('url'),
    method: text('method', 'GET'),
    body: text('body', ''),
    isEnabled: flag(raw, path, 'enabled', true),
    isGraphql: flag(raw, path, 'graphql', false),
    headers: headersOf(ownValue(raw, 'headers'), [...path, 'headers'], wrong),
    intervalMs: duration(raw, path, 'interval', 60_000),
    timeoutMs: duration(settings, clientPath, 'timeout', 10_000),
    isInsecure: flag(settings, clientPath, 'insecure', false),
    ignoresRedirects: flag(settings, clientPath, 'ignore-redirect', false),
    conditions: conditionsOf(ownValue(raw, 'conditions'), [...path, 'conditions'], wrong),
  };
  return wrong.length > 0 ? wrong : endpoint;
}

/** `core/front-end`, as Gatus shows it. */
export function displayName({ group, name }: Pick<GatusEndpoint, 'group' | 'name'>): string {
  return group === '' ? name : `${group}/${name}`;
}

function headersOf(raw: unknown, path: Path, wrong: Note[]): Readonly<Record<string, string>> {
  if (raw === undefined || raw === null) return {};
  const entries = isMapping(raw) ? Object.entries(raw).map(([name, value]) => [name, textOf(value)] as const) : [];
  if (isMapping(raw) && entries.every((entry): entry is [string, string] => entry[1] !== undefined)) {
    return Object.fromEntries(entries);
  }
  wrong.push(badValue(path, 'headers', 'they are no mapping of names to texts', 'write one "Name: value" per line'));
  return {};
}

function conditionsOf(raw: unknown, path: Path, wrong: Note[]): readonly string[] {
  const list: readonly unknown[] = Array.isArray(raw) ? raw : [];
  if (list.length === 0) {
    wrong.push(badValue(path, 'conditions', 'there are none', 'write at least one, such as "[STATUS] == 200"'));
    return [];
  }
  if (list.length > mostConditions) {
    const fix = 'split the endpoint into several';
    wrong.push(badValue(path, 'conditions', `there are more than ${mostConditions}`, fix));
    return [];
  }
  return list.flatMap((item, index) => {
    if (typeof item === 'string') return [item];
    wrong.push(badValue([...path, index], 'condition', 'it is no text', 'put it in quotes: "[STATUS] == 200"'));
    return [];
  });
}
