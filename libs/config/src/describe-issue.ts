import { nearestName } from '@cortex/conditions';
import type { z } from 'zod';
import type { ProblemCode } from './problem.ts';
import { isSecretKey, redactValue } from './redact.ts';
import { keysAt } from './schema-keys.ts';
import type { IssueDetails } from './schema/scalars.ts';

/** A zod issue in the user's terms. `path` is relative to the value that was read. */
export interface Finding {
  readonly path: readonly (string | number)[];
  readonly code: ProblemCode;
  readonly message: string;
  readonly fix: string;
  readonly atKey?: boolean;
  readonly offset?: number;
}

/** Turns the issues of a failed parse into findings with a code, a sentence and a fix. */
export function describeIssues(schema: z.ZodType, raw: unknown, issues: readonly z.core.$ZodIssue[]): Finding[] {
  return issues.flatMap((issue) => describe(schema, raw, issue, []));
}

function describe(schema: z.ZodType, raw: unknown, issue: z.core.$ZodIssue, base: readonly PropertyKey[]): Finding[] {
  const path = [...base, ...issue.path].filter((segment) => typeof segment !== 'symbol');
  const value = valueAt(raw, path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...path, key], keysAt(schema, path)));
  if (issue.code === 'invalid_union') {
    const branch = bestBranch(issue.errors);
    if (branch !== undefined && value !== undefined)
      return branch.flatMap((inner) => describe(schema, raw, inner, path));
  }
  if (value === undefined && path.length > 0) return [missing(path)];
  if (value === null) {
    return [
      {
        path,
        code: 'CORTEX_CONFIG_EMPTY',
        message: `${label(path)} has no value`,
        fix: 'give it a value, or delete the key',
      },
    ];
  }
  return [describeValue(issue, path, value)];
}

function describeValue(issue: z.core.$ZodIssue, path: Finding['path'], value: unknown): Finding {
  switch (issue.code) {
    case 'custom': {
      const details = issue.params as IssueDetails | undefined;
      if (details?.problem === undefined) break;
      return {
        path,
        code: details.problem,
        message: `${label(path)}: ${issue.message}`,
        fix: details.fix,
        ...(details.offset === undefined ? {} : { offset: details.offset }),
      };
    }
    case 'invalid_type':
      return {
        path,
        code: 'CORTEX_CONFIG_WRONG_TYPE',
        message: `${label(path)} is ${kindOf(value, path)}, but ${expected(issue.expected)} belongs here`,
        fix: typeFix(issue.expected, redactValue(value, secretKeyOf(path))),
      };
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const nearest = typeof value === 'string' ? nearestName(value, allowed) : undefined;
      const list = `use ${allowed.join(', ')}`;
      return {
        path,
        code: 'CORTEX_CONFIG_INVALID_VALUE',
        message: `${label(path)}: ${show(value, path)} is not allowed`,
        fix: nearest === undefined ? list : `did you mean ${nearest}? Otherwise ${list}`,
      };
    }
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') {
        return {
          path,
          code: 'CORTEX_CONFIG_EMPTY',
          message: `${label(path)} is empty`,
          fix: issue.origin === 'array' ? 'name at least one, or delete the key' : 'give it a value',
        };
      }
      break;
    default:
      break;
  }
  return {
    path,
    code: 'CORTEX_CONFIG_INVALID_VALUE',
    message: `${label(path)}: ${show(value, path)} is not allowed`,
    fix: lowerFirst(issue.message.replace(/^(Invalid|Too \w+)[^:]*: /, '')),
  };
}

/** A key that is not allowed, with the nearest allowed one. */
export function unknownKey(path: Finding['path'], allowed: readonly string[]): Finding {
  const key = String(path.at(-1));
  const nearest = nearestName(key, allowed);
  const list = `the keys here are ${allowed.join(', ')}`;
  const advice = allowed.length === 0 ? 'delete it' : list;
  return {
    path,
    code: 'CORTEX_CONFIG_UNKNOWN_KEY',
    message: `unknown key "${key}"`,
    fix: nearest === undefined ? advice : `did you mean "${nearest}"? Otherwise ${list}`,
    atKey: true,
  };
}

function missing(path: Finding['path']): Finding {
  return {
    path,
    code: 'CORTEX_CONFIG_MISSING_KEY',
    message: `the key "${String(path.at(-1))}" is missing`,
    fix: `add ${String(path.at(-1))}: ...`,
  };
}

/** The branch of a union that came closest: one that failed inside the value, not at its kind. */
function bestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  return (
    branches.find((issues) => issues.every((issue) => issue.code !== 'invalid_type' || issue.path.length > 0)) ??
    branches[0]
  );
}

export function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let current = raw;
  for (const segment of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, segment)) return undefined;
    current = (current as Record<PropertyKey, unknown>)[segment];
  }
  return current;
}

function label(path: Finding['path']): string {
  const last = path.at(-1);
  if (last === undefined) return 'this';
  return typeof last === 'number' ? `entry ${last + 1}` : last;
}

const expectations: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of keys',
};

function expected(kind: string): string {
  return expectations[kind] ?? kind;
}

function typeFix(kind: string, value: unknown): string {
  if (kind === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return `put it in quotes: "${value}"`;
  if (kind === 'number' && typeof value === 'string') return 'write a plain number, without quotes and without a unit';
  if (kind === 'boolean') return 'write true or false, without quotes';
  if (kind === 'array') return 'write a list: [one, two], or one "- entry" per line';
  if (kind === 'object' || kind === 'record') return 'write keys and values, indented below';
  return `write ${expected(kind)}`;
}

export function kindOf(value: unknown, path: Finding['path'] = []): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `the ${typeof value === 'string' ? 'text' : typeof value} ${show(value, path)}`;
}

/** Redacted before it is cut: of a cut secret nobody would know that it is one. */
function show(value: unknown, path: Finding['path']): string {
  const shown = redactValue(value, secretKeyOf(path));
  const text = JSON.stringify(shown) ?? String(shown);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The key on the way to a value that speaks of a secret, if there is one. */
function secretKeyOf(path: Finding['path']): string | undefined {
  return path.map(String).find(isSecretKey);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
