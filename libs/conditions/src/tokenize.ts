import { ConditionError } from './condition-error.ts';
import { findUnit, unitAdvice } from './units.ts';
import type { UnitKind } from './units.ts';

const longestCondition = 1_000;
const mostTokens = 256;

export type Token =
  | { readonly kind: 'number'; readonly value: number; readonly unit?: UnitKind; readonly position: number }
  | { readonly kind: 'string'; readonly value: string; readonly position: number }
  | { readonly kind: 'name'; readonly text: string; readonly position: number }
  | { readonly kind: 'word'; readonly text: 'AND' | 'OR' | 'NOT' | 'IN' | 'TRUE' | 'FALSE'; readonly position: number }
  | { readonly kind: 'symbol'; readonly text: string; readonly position: number }
  | { readonly kind: 'end'; readonly position: number };

const words = new Set(['AND', 'OR', 'NOT', 'IN', 'TRUE', 'FALSE']);
const space = /[ \t\r\n]+/y;
const number = /(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?:[ ]*(%)|_?([A-Za-z]+))?/y;
/** Dots and colons join names as OpenTelemetry and Prometheus write them: `system.cpu.utilization`, `job:errors:rate5m`. */
const name = /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*|:(?!(?:true|false)\b)[A-Za-z_][A-Za-z0-9_]*)*/iy;
const symbol = /&&|\|\||<=|>=|==|!=|[<>!():,+\-*/[\]]/y;
const text = /"((?:[^"\\\n]|\\["'\\nt])*)"|'((?:[^'\\\n]|\\["'\\nt])*)'/y;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t' };

/** Cuts a condition into tokens. Every pattern is linear, and text and token count are bounded. */
export function tokenize(source: string): readonly Token[] {
  if (source.length > longestCondition) {
    throw new ConditionError(
      source,
      longestCondition,
      `longer than ${longestCondition} characters`,
      'split it into several conditions',
    );
  }
  const tokens: Token[] = [];
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position;
    return pattern.exec(source) ?? undefined;
  };
  while (position < source.length) {
    const blank = take(space);
    if (blank !== undefined) {
      position += blank[0].length;
      continue;
    }
    if (tokens.length >= mostTokens) {
      throw new ConditionError(
        source,
        position,
        `more than ${mostTokens} words and signs`,
        'split it into several conditions',
      );
    }
    const match = take(number) ?? take(name) ?? take(text) ?? take(symbol);
    if (match === undefined) throw unreadable(source, position);
    tokens.push(toToken(source, match, position));
    position += match[0].length;
  }
  tokens.push({ kind: 'end', position: source.length });
  return tokens;
}

function toToken(source: string, match: RegExpExecArray, position: number): Token {
  const first = match[0].charAt(0);
  if (/\d/.test(first)) return numberToken(source, match, position);
  if (first === '"' || first === "'") {
    const body = match[0].slice(1, -1);
    return {
      kind: 'string',
      value: body.replaceAll(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter),
      position,
    };
  }
  if (/[A-Za-z_]/.test(first)) {
    const upper = match[0].toUpperCase();
    return words.has(upper)
      ? { kind: 'word', text: upper as 'AND', position }
      : { kind: 'name', text: match[0], position };
  }
  return { kind: 'symbol', text: match[0], position };
}

function numberToken(source: string, match: RegExpExecArray, position: number): Token {
  const value = Number(match[1]);
  if (!Number.isFinite(value))
    throw new ConditionError(source, position, 'the number is too large', 'write a smaller number');
  const unitName = match[2] ?? match[3];
  if (unitName === undefined) return { kind: 'number', value, position };
  const unit = findUnit(unitName);
  if (unit === undefined) {
    throw new ConditionError(
      source,
      position + match[0].length - unitName.length,
      `unknown unit "${unitName}"`,
      unitAdvice,
    );
  }
  return { kind: 'number', value: value * unit.factor, unit: unit.kind, position };
}

function unreadable(source: string, position: number): ConditionError {
  const character = source.charAt(position);
  if (character === '=') return new ConditionError(source, position, 'a single "="', 'write == to compare');
  if (character === '"' || character === "'") {
    return new ConditionError(source, position, 'a text that does not end', `close it with ${character}`);
  }
  if (character === '%') {
    return new ConditionError(
      source,
      position,
      '"%" without a number before it',
      'write the percentage first: 80%; there is no remainder operator',
    );
  }
  return new ConditionError(
    source,
    position,
    `unexpected "${character}"`,
    'use names, numbers, "texts", < <= > >= == !=, AND, OR, NOT, IN, + - * / and parentheses',
  );
}
