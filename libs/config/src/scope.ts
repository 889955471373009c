import type { Service } from '@cortex/contracts';
import type { z } from 'zod';
import { describeIssues, kindOf } from './describe-issue.ts';
import type { Finding } from './describe-issue.ts';
import type { KnownMetrics } from './known-metrics.ts';
import type { PluginCatalogue } from './plugin-catalogue.ts';
import type { Report } from './report.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** The common context of the readers of all sections. */
export interface Scope {
  readonly report: Report;
  readonly source: YamlSource;
  /** The folder that relative paths in the configuration are resolved against. */
  readonly folder: string;
  readonly environment: string;
  readonly plugins: PluginCatalogue | undefined;
}

/**
 * What other sections may refer to. `declared` also holds services whose own entry is invalid, so that one mistake is
 * reported once and not again at every reference.
 */
export interface World {
  readonly services: readonly Service[];
  readonly declared: ReadonlyMap<string, ReadonlySet<string>>;
  readonly kinds: ReadonlySet<string>;
  readonly contacts: ReadonlySet<string>;
  /** The names that checks are written under, and for those of several instances also each `name:instance`. */
  readonly checks: ReadonlySet<string>;
  /** Services that a health check looks at. */
  readonly checkedServices: ReadonlySet<string>;
  readonly metrics: KnownMetrics;
}

/** Reads one value by its schema; reports problems and then returns `undefined`. */
export function read<Schema extends z.ZodType>(
  scope: Scope,
  path: Path,
  schema: Schema,
  raw: unknown,
): z.output<Schema> | undefined {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  for (const finding of describeIssues(schema, raw, result.error.issues)) reportFinding(scope, path, finding);
  return undefined;
}

export function reportFinding(scope: Scope, base: Path, finding: Finding): void {
  const { path, code, message, fix, atKey, offset } = finding;
  scope.report.add(scope.source, [...base, ...path], code, message, fix, {
    ...(atKey === undefined ? {} : { atKey }),
    ...(offset === undefined ? {} : { offset }),
  });
}

/** A list section: absent means empty, anything but a list is a problem. */
export function readList(scope: Scope, path: Path, raw: unknown): readonly unknown[] {
  if (raw === undefined) return [];
  if (Array.isArray(raw)) return raw;
  const name = String(path.at(-1));
  if (raw === null) {
    scope.report.add(
      scope.source,
      path,
      'CORTEX_CONFIG_EMPTY',
      `${name} has no value`,
      'list something, or delete the key',
    );
  } else {
    const fix = 'write a list: one "- entry" per line';
    scope.report.add(
      scope.source,
      path,
      'CORTEX_CONFIG_WRONG_TYPE',
      `${name} is ${kindOf(raw)}, but a list belongs here`,
      fix,
    );
  }
  return [];
}

/** The place of a name: a value, or a key. */
export interface NamePlace {
  readonly path: Path;
  readonly atKey?: boolean;
}

/** Reports every name that was used before. */
export function refuseDuplicates(
  scope: Scope,
  what: string,
  entries: readonly ({ readonly name: string } & NamePlace)[],
): void {
  const seen = new Map<string, NamePlace>();
  for (const { name, path, atKey = false } of entries) {
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, { path, atKey });
      continue;
    }
    const { line } = first.atKey === true ? scope.source.locateKey(first.path) : scope.source.locate(first.path);
    scope.report.add(
      scope.source,
      path,
      'CORTEX_CONFIG_DUPLICATE_NAME',
      `the ${what} "${name}" exists already, in line ${line}`,
      'give each its own name',
      { atKey },
    );
  }
}
