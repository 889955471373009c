import { createNames, nameFrom } from './names.ts';
import { leftOut } from './note.ts';
import type { Note } from './note.ts';
import { displayName, readEndpoint } from './read-endpoint.ts';
import type { MovedSecret } from './request.ts';
import { entryName, sectionNotes } from './sections.ts';
import type { TargetCheck, Translation } from './target-check.ts';
import { translateEndpoint } from './translate-endpoint.ts';
import type { Mapping } from './values.ts';

/** A check plugin's validation of parameters. */
export type CheckParams = (type: string, params: Readonly<Record<string, unknown>>) => string | undefined;

export interface ImportedCheck {
  /** Its entry below `checks`. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** The differences of its endpoint from Gatus. */
  readonly notes: readonly EndpointNote[];
}

export interface ImportedService {
  readonly name: string;
  readonly hosts: readonly string[];
}

export interface EndpointNote extends Note {
  /** As Gatus shows it. */
  readonly endpoint?: string;
}

export interface Import {
  readonly services: readonly ImportedService[];
  readonly checks: readonly ImportedCheck[];
  /** Entries that became no check. */
  readonly notes: readonly EndpointNote[];
  /** Environment variables that the checks read. */
  readonly variables: readonly string[];
  readonly moved: readonly MovedSecret[];
}

export const mostEndpoints = 1_000;

/**
 * Translates a Gatus configuration: a group becomes a service, each of its hosts an instance, each endpoint a check of
 * one instance. An endpoint without a group belongs to a service named after its host.
 */
export function translateGatus(root: Mapping, endpoints: readonly unknown[], problemOf: CheckParams): Import {
  const giveService = createNames();
  const giveCheck = createNames();
  const services = new Map<string, { name: string; hosts: Set<string> }>();
  const checks: ImportedCheck[] = [];
  const notes: EndpointNote[] = [];
  const variables = new Set<string>();
  const moved: MovedSecret[] = [];

  const add = (endpoint: string, group: string, check: TargetCheck): void => {
    const key = group === '' ? `host ${check.host}` : `group ${group}`;
    const service = services.get(key) ?? { name: giveService(group === '' ? check.host : group), hosts: new Set() };
    services.set(key, service);
    service.hosts.add(check.host);
    for (const variable of check.variables) variables.add(variable);
    moved.push(...check.moved);
    const target = { service: service.name, instance: check.host };
    const head = { name: giveCheck(endpoint), type: check.type, tier: 'deep', ...target };
    const entry = { ...head, ...escapeVariables(check.params), ...check.timing };
    checks.push({ entry, notes: check.notes.map((note) => ({ ...note, endpoint })) });
  };

  for (const [index, raw] of endpoints.slice(0, mostEndpoints).entries()) {
    const read = readEndpoint(raw, ['endpoints', index]);
    if (!('url' in read)) {
      notes.push(...read.map((note) => ({ ...note, endpoint: entryName(raw) })));
      continue;
    }
    const endpoint = displayName(read);
    const translation = translateEndpoint(read);
    const problem = problemWith(translation, problemOf);
    if (translation.type !== undefined && problem === undefined) {
      add(endpoint, read.group, translation);
      continue;
    }
    notes.push(...translation.notes.map((note) => ({ ...note, endpoint })));
    if (problem !== undefined) {
      notes.push({ ...leftOut(read.path, 'endpoint', problem, 'write the check by hand'), endpoint });
    }
  }
  if (endpoints.length > mostEndpoints) {
    const rest = `${endpoints.length - mostEndpoints} endpoints`;
    notes.push(leftOut(['endpoints', mostEndpoints], rest, `at most ${mostEndpoints} are read`, 'split the file'));
  }
  return {
    services: [...services.values()].map(({ name, hosts }) => ({ name, hosts: [...hosts] })),
    checks,
    notes: [...notes, ...sectionNotes(root)],
    variables: [...variables],
    moved,
  };
}

/** Why a check of such parameters would be refused. */
function problemWith(translation: Translation, problemOf: CheckParams): string | undefined {
  if (translation.type === undefined) return undefined;
  const { type, host, params } = translation;
  return nameFrom(host) === host ? problemOf(type, params) : 'the name of its host is too long, or has other signs';
}

/** `${` in parameters would be a variable of Cortex. */
function escapeVariables<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, inner: unknown) =>
    typeof inner === 'string' ? inner.replaceAll('${', () => '$${') : inner,
  ) as Value;
}
