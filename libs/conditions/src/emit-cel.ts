import { Environment } from '@marcbachmann/cel-js';
import type { Literal, Logic, Operand, Test } from './syntax.ts';

/**
 * The one CEL environment. Conditions reach it only through our grammar, so macros, regexes and conversions cannot be
 * called; the limits hold even if the grammar had a gap.
 */
export const celEnvironment = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 2_000, maxDepth: 128, maxListElements: 256, maxMapEntries: 0, maxCallArguments: 2 },
});

/** Holds the variables whose names CEL cannot write or already uses: dotted names, `type`, `namespace`. */
export const overflowVariable = 'values';

/** Does CEL read this name as a plain variable? */
export function isPlainName(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(name) || name === overflowVariable || name in {}) return false;
  const { valid, type } = celEnvironment.check(name);
  return valid && type === 'dyn';
}

export function logicToCel(logic: Logic): string {
  switch (logic.kind) {
    case 'and':
      return logic.parts.map(group).join(' && ');
    case 'or':
      return logic.parts.map(group).join(' || ');
    case 'not':
      return `!(${logicToCel(logic.of)})`;
    default:
      return testToCel(logic);
  }
}

export function testToCel(test: Test): string {
  switch (test.kind) {
    case 'comparison':
      return `${operandToCel(test.left)} ${test.operator} ${operandToCel(test.right)}`;
    case 'membership':
      return `${operandToCel(test.left)} in ${operandToCel(test.right)}`;
    case 'string_test':
      return `${operandToCel(test.of)}.${test.method}(${operandToCel(test.argument)})`;
    case 'flag':
      return operandToCel(test.of);
    default:
      return test satisfies never;
  }
}

export function operandToCel(operand: Operand): string {
  switch (operand.kind) {
    case 'literal':
      return literalToCel(operand);
    case 'variable':
      return isPlainName(operand.name) ? operand.name : `${overflowVariable}[${JSON.stringify(operand.name)}]`;
    case 'list':
      return `[${operand.items.map(literalToCel).join(', ')}]`;
    case 'size':
      return `double(size(${operandToCel(operand.of)}))`;
    case 'negate':
      return `-(${operandToCel(operand.operand)})`;
    case 'arithmetic':
      return `(${operandToCel(operand.left)} ${operand.operator} ${operandToCel(operand.right)})`;
    default:
      return operand satisfies never;
  }
}

/** Numbers are always CEL doubles: JavaScript numbers are, and CEL does not mix ints and doubles in arithmetic. */
function literalToCel(literal: Literal): string {
  if (typeof literal.value !== 'number') return JSON.stringify(literal.value);
  const text = String(literal.value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function group(part: Logic): string {
  return part.kind === 'and' || part.kind === 'or' ? `(${logicToCel(part)})` : logicToCel(part);
}
