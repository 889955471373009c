import { JsonRecord } from '@cortex/contracts';
import type { z } from 'zod';
import { describeIssues, unknownKey } from './describe-issue.ts';
import type { Finding } from './describe-issue.ts';
import { keysAt } from './schema-keys.ts';
import { isRecord } from './is-record.ts';
import { read, reportFinding } from './scope.ts';
import type { Scope } from './scope.ts';
import type { Path } from './yaml-source.ts';

/** An entry with its own keys and plugin parameters side by side: a step, a check, a channel. */
export interface Envelope<Own> {
  readonly own: Own | undefined;
  readonly params: JsonRecord;
  /** The place of a parameter: beside the own keys, or below `params`. */
  locate(paramPath: Finding['path']): Path;
}

/** Separates the keys of the entry itself from the parameters of its plugin. */
export function openEnvelope<Schema extends z.ZodType<{ params?: JsonRecord | undefined }>>(
  scope: Scope,
  path: Path,
  schema: Schema,
  raw: unknown,
): Envelope<z.output<Schema>> {
  const locateInline = (paramPath: Finding['path']): Path => [...path, ...paramPath];
  if (!isRecord(raw)) return { own: read(scope, path, schema, raw), params: {}, locate: locateInline };
  const ownKeys = new Set(keysAt(schema, []));
  const entries = Object.entries(raw);
  const own = read(scope, path, schema, Object.fromEntries(entries.filter(([key]) => ownKeys.has(key))));
  const inline = Object.fromEntries(entries.filter(([key]) => !ownKeys.has(key)));
  const named = isRecord(raw['params']) ? raw['params'] : {};
  for (const key of Object.keys(inline).filter((name) => Object.hasOwn(named, name))) {
    const fix = 'keep one of the two';
    scope.report.add(
      scope.source,
      [...path, key],
      'CORTEX_CONFIG_DUPLICATE_KEY',
      `"${key}" also stands below params`,
      fix,
      {
        atKey: true,
      },
    );
  }
  return {
    own,
    params: { ...read(scope, path, JsonRecord, inline), ...own?.params },
    locate: (paramPath) =>
      Object.hasOwn(named, String(paramPath[0])) ? [...path, 'params', ...paramPath] : locateInline(paramPath),
  };
}

/** Validates the parameters with the plugin's own schema; the configuration keeps them as written. */
export function checkParams(
  scope: Scope,
  envelope: Envelope<unknown>,
  plugin: { readonly name: string; readonly params: z.ZodType; readonly ownKeys: readonly string[] },
  /** Parameters that are reported already. */
  reported: ReadonlySet<string> = new Set(),
): void {
  const result = safeParse(plugin.params, envelope.params);
  if (result === undefined || result.success) return;
  const keys = keysAt(plugin.params, []);
  for (const finding of describeIssues(plugin.params, envelope.params, result.error.issues)) {
    if (reported.has(String(finding.path[0]))) continue;
    reportFinding(scope, [], {
      ...adapt(finding, plugin.name, keys, plugin.ownKeys),
      path: envelope.locate(finding.path),
    });
  }
}

function adapt(finding: Finding, name: string, keys: readonly string[], ownKeys: readonly string[]): Finding {
  switch (finding.code) {
    case 'CORTEX_CONFIG_UNKNOWN_KEY':
      return finding.path.length === 1 ? unknownKey(finding.path, [...keys, ...ownKeys]) : finding;
    case 'CORTEX_CONFIG_MISSING_KEY':
      return { ...finding, message: `${name} needs the key "${String(finding.path.at(-1))}"` };
    case 'CORTEX_CONFIG_EMPTY':
      return finding;
    default: {
      const known = keys.length === 0 ? '' : ` (parameters of ${name}: ${keys.join(', ')})`;
      return { ...finding, code: 'CORTEX_CONFIG_BAD_PARAMETER', fix: `${finding.fix}${known}` };
    }
  }
}

/** A plugin's schema is foreign code: when it throws, the plugin is at fault, not the configuration. */
function safeParse(schema: z.ZodType, value: unknown): z.ZodSafeParseResult<unknown> | undefined {
  try {
    return schema.safeParse(value);
  } catch {
    return undefined;
  }
}
