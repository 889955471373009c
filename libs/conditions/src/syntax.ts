import type { UnitKind } from './units.ts';

export type ComparisonOperator = '<' | '<=' | '>' | '>=' | '==' | '!=';
export type ArithmeticOperator = '+' | '-' | '*' | '/';

/** String functions that run in linear time. `matches` is left out on purpose: a regex can block the process. */
export const stringMethods = ['startsWith', 'endsWith', 'contains'] as const;
export type StringMethod = (typeof stringMethods)[number];

export interface Literal {
  readonly kind: 'literal';
  readonly value: number | string | boolean;
  readonly unit?: UnitKind;
  readonly position: number;
}

export interface Variable {
  readonly kind: 'variable';
  readonly name: string;
  readonly position: number;
}

/** An expression with a value. */
export type Operand =
  | Literal
  | Variable
  | { readonly kind: 'list'; readonly items: readonly Literal[]; readonly position: number }
  | { readonly kind: 'size'; readonly of: Variable; readonly position: number }
  | { readonly kind: 'negate'; readonly operand: Operand; readonly position: number }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Operand;
      readonly right: Operand;
      readonly position: number;
    };

/** A test of values that is true or false. */
export type Test =
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: Operand;
      readonly right: Operand;
      readonly position: number;
    }
  | { readonly kind: 'membership'; readonly left: Operand; readonly right: Operand; readonly position: number }
  | {
      readonly kind: 'string_test';
      readonly method: StringMethod;
      readonly of: Variable;
      readonly argument: Literal;
      readonly position: number;
    }
  | { readonly kind: 'flag'; readonly of: Variable | Literal; readonly position: number };

export type Logic =
  | Test
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Logic[]; readonly position: number }
  | { readonly kind: 'not'; readonly of: Logic; readonly position: number };

export type Node = Logic | Operand;

export function isOperand(node: Node): node is Operand {
  switch (node.kind) {
    case 'literal':
    case 'variable':
    case 'list':
    case 'size':
    case 'negate':
    case 'arithmetic':
      return true;
    default:
      return false;
  }
}
