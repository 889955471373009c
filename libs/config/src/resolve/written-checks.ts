import { Name } from '@cortex/contracts';
import type { CheckTier } from '@cortex/contracts';
import { kindOf } from '../describe-issue.ts';
import { openEnvelope } from '../plugin-params.ts';
import type { Envelope } from '../plugin-params.ts';
import { CheckInput, GroupedCheckInput, tierOfGroup } from '../schema/checks.ts';
import { keysAt } from '../schema-keys.ts';
import { isRecord } from '../is-record.ts';
import { readList } from '../scope.ts';
import type { NamePlace, Scope, World } from '../scope.ts';
import type { Path } from '../yaml-source.ts';
import { checkNamesIn } from './check-names.ts';

type Root = Readonly<Record<string, unknown>>;

/** A check as the user wrote it, in the list or in a group: both have this form from here on. */
export interface WrittenCheck {
  readonly path: Path;
  readonly own: CheckInput;
  readonly params: Envelope<unknown>;
  /** The keys that are no parameters. */
  readonly ownKeys: readonly string[];
  readonly namedAt: NamePlace;
  readonly typeAt: Path;
  /** Its name is its type, because it states no other. */
  readonly isTypeOfKey: boolean;
}

interface Group {
  readonly path: Path;
  readonly raw: unknown;
  readonly tier: CheckTier;
  /** The service of the group; absent at the root. */
  readonly service: string | undefined;
}

/** The names of all checks, also of those with mistakes elsewhere. */
export function declaredChecks(root: Root): ReadonlySet<string> {
  const listed = (Array.isArray(root['checks']) ? root['checks'] : [])
    .map((check: unknown) => (isRecord(check) ? check['name'] : undefined))
    .filter((name) => typeof name === 'string');
  const grouped = groupsOf(root).flatMap(({ raw, service }) =>
    isRecord(raw) ? Object.keys(raw).map((key) => nameInGroup(service, key)) : [],
  );
  return new Set([...listed, ...grouped]);
}

/** Reads `checks`, then `shallow_checks` and the other groups, at the root and below each service. */
export function readChecks(scope: Scope, root: Root, world: Pick<World, 'declared'>): readonly WrittenCheck[] {
  const listed = readList(scope, ['checks'], root['checks']).flatMap((entry, index) =>
    readListed(scope, ['checks', index], entry, world),
  );
  return [...listed, ...groupsOf(root).flatMap((group) => readGroup(scope, group, world))];
}

function groupsOf(root: Root): readonly Group[] {
  const services: readonly unknown[] = Array.isArray(root['services']) ? root['services'] : [];
  const below = services.flatMap((service, index) =>
    isRecord(service) && typeof service['name'] === 'string'
      ? groupsIn(service, ['services', index], service['name'])
      : [],
  );
  return [...groupsIn(root, [], undefined), ...below];
}

function groupsIn(holder: Root, path: Path, service: string | undefined): readonly Group[] {
  return Object.entries(tierOfGroup)
    .filter(([key]) => holder[key] !== undefined)
    .map(([key, tier]) => ({ path: [...path, key], raw: holder[key], tier, service }));
}

function readListed(scope: Scope, path: Path, entry: unknown, world: Pick<World, 'declared'>): readonly WrittenCheck[] {
  const { own, ...params } = openEnvelope(scope, path, CheckInput, entry);
  if (own === undefined) {
    checkNamesIn(scope, path, entry, 'type', world);
    return [];
  }
  const place = { namedAt: { path: [...path, 'name'] }, typeAt: [...path, 'type'], isTypeOfKey: false };
  return [{ path, own, params: { own, ...params }, ownKeys: keysAt(CheckInput, []), ...place }];
}

function readGroup(
  scope: Scope,
  { path, raw, tier, service }: Group,
  world: Pick<World, 'declared'>,
): readonly WrittenCheck[] {
  if (!isRecord(raw)) {
    const fix = 'write checks by name, such as "tcp_port: { port: 8080 }"; a list of checks goes below checks:';
    refuse(scope, path, raw, 'checks by name', fix);
    return [];
  }
  return Object.entries(raw).flatMap(([key, entry]) => {
    const at = [...path, key];
    if (!isRecord(entry)) {
      refuse(scope, at, entry, 'the keys of a check', 'write them indented below; {} when it needs none');
      return [];
    }
    const { own, ...params } = openEnvelope(scope, at, GroupedCheckInput, entry);
    if (own === undefined) checkNamesIn(scope, at, entry, 'check', world);
    if (!isName(scope, at, key) || own === undefined) return [];
    const { check: type = key, ...rest } = own;
    const name = nameInGroup(service, key);
    return [
      {
        path: at,
        own: { ...rest, name, type, tier, service: rest.service ?? service },
        params: { own, ...params },
        ownKeys: keysAt(GroupedCheckInput, []),
        namedAt: { path: at, atKey: true },
        typeAt: [...at, 'check'],
        isTypeOfKey: own.check === undefined,
      },
    ];
  });
}

function refuse(scope: Scope, path: Path, raw: unknown, expected: string, fix: string): void {
  const code = raw === null ? 'CORTEX_CONFIG_EMPTY' : 'CORTEX_CONFIG_WRONG_TYPE';
  const message = `${String(path.at(-1))} is ${kindOf(raw)}, but ${expected} belong here`;
  scope.report.add(scope.source, path, code, message, fix);
}

function nameInGroup(service: string | undefined, key: string): string {
  return service === undefined ? key : `${service}/${key}`;
}

function isName(scope: Scope, path: Path, key: string): boolean {
  const { success, error } = Name.safeParse(key);
  if (success) return true;
  const fix = error.issues.map(({ message }) => message).join('; ');
  scope.report.add(scope.source, path, 'CORTEX_CONFIG_INVALID_VALUE', `"${key}" is no name of a check`, fix, {
    atKey: true,
  });
  return false;
}
