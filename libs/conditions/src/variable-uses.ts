import type { Literal, Logic, Operand, Variable } from './syntax.ts';

/** A text of the condition, and the zero-based offset of its first character. */
export interface QuotedText {
  readonly text: string;
  readonly position: number;
}

/** How a condition uses a variable once: what its value must be for the test to have an answer. */
export interface VariableUse {
  readonly name: string;
  readonly position: number;
  /** `unknown`: compared with another variable. */
  readonly as: 'number' | 'text' | 'list' | 'truth' | 'unknown';
  /** The whole texts that the value, or an element of it, is compared with. */
  readonly texts: readonly QuotedText[];
  /** Compared by `<` and the like. */
  readonly isOrdered: boolean;
}

/** Every use of every variable, in order of appearance. */
export function usesOf(logic: Logic): readonly VariableUse[] {
  switch (logic.kind) {
    case 'and':
    case 'or':
      return logic.parts.flatMap(usesOf);
    case 'not':
      return usesOf(logic.of);
    case 'flag':
      return logic.of.kind === 'variable' ? [use(logic.of, 'truth')] : [];
    case 'string_test':
      return [use(logic.of, 'text')];
    case 'comparison': {
      const isOrdered = logic.operator !== '==' && logic.operator !== '!=';
      return [...usesIn(logic.left, logic.right, isOrdered), ...usesIn(logic.right, logic.left, isOrdered)];
    }
    case 'membership':
      return [...usesIn(logic.left, logic.right, false), ...usesOfHolder(logic.right, logic.left)];
    default:
      return logic satisfies never;
  }
}

/** The variables of an operand that is compared with another. */
function usesIn(operand: Operand, other: Operand, isOrdered: boolean): readonly VariableUse[] {
  switch (operand.kind) {
    case 'variable':
      return [{ ...use(operand, kindOf(other), textsOf(other)), isOrdered }];
    case 'size':
      return [use(operand.of, 'list')];
    case 'negate':
      return numbersIn(operand.operand);
    case 'arithmetic':
      return [...numbersIn(operand.left), ...numbersIn(operand.right)];
    case 'literal':
    case 'list':
      return [];
    default:
      return operand satisfies never;
  }
}

/** The list behind `in`. */
function usesOfHolder(holder: Operand, element: Operand): readonly VariableUse[] {
  return holder.kind === 'variable' ? [use(holder, 'list', textsOf(element))] : usesIn(holder, element, false);
}

function numbersIn(operand: Operand): readonly VariableUse[] {
  return operand.kind === 'variable' ? [use(operand, 'number')] : usesIn(operand, operand, false);
}

function use(variable: Variable, as: VariableUse['as'], texts: readonly QuotedText[] = []): VariableUse {
  return { name: variable.name, position: variable.position, as, texts, isOrdered: false };
}

function kindOf(other: Operand): VariableUse['as'] {
  switch (other.kind) {
    case 'variable':
      return 'unknown';
    case 'literal':
      return kindOfLiteral(other);
    case 'list': {
      const [first] = other.items;
      return first === undefined ? 'unknown' : kindOfLiteral(first);
    }
    default:
      return 'number';
  }
}

function kindOfLiteral({ value }: Literal): VariableUse['as'] {
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'number' : 'truth';
}

function textsOf(operand: Operand): readonly QuotedText[] {
  const literals = operand.kind === 'list' ? operand.items : [operand];
  return literals.flatMap((item) =>
    // Behind the quote stands the text.
    item.kind === 'literal' && typeof item.value === 'string'
      ? [{ text: item.value, position: item.position + 1 }]
      : [],
  );
}
