import { ConditionError } from './condition-error.ts';
import { isOperand, stringMethods } from './syntax.ts';
import type { ComparisonOperator, Literal, Logic, Node, Operand, StringMethod, Variable } from './syntax.ts';
import { tokenize } from './tokenize.ts';
import type { Token } from './tokenize.ts';

const deepestNesting = 24;
const comparisons = new Set(['<', '<=', '>', '>=', '==', '!=']);

/**
 * Reads a condition. The grammar, loosest first: `OR`, `AND`, `NOT`, one comparison or `IN`, `+ -`, `* /`, values.
 * `NOT a > 5` negates the comparison; `cpu_usage: <80%` and `healthy: true` are the spec's shorthand for a comparison.
 */
export function parseCondition(source: string): Logic {
  return new Parser(source).parse();
}

class Parser {
  private readonly source: string;
  private readonly tokens: readonly Token[];
  private index = 0;
  private depth = 0;

  constructor(source: string) {
    this.source = source;
    this.tokens = tokenize(source);
  }

  parse(): Logic {
    if (this.peek().kind === 'end') this.fail('the condition is empty', 'write a comparison: cpu_usage > 80%');
    const node = this.or();
    const rest = this.peek();
    if (rest.kind !== 'end') this.unexpected(rest);
    return this.toLogic(node);
  }

  private or(): Node {
    return this.chain('OR', '||', 'or', () => this.chain('AND', '&&', 'and', () => this.not()));
  }

  private chain(word: string, sign: string, kind: 'and' | 'or', next: () => Node): Node {
    const first = next();
    if (!this.at(word) && !this.at(sign)) return first;
    const parts = [this.toLogic(first)];
    while (this.take(word) || this.take(sign)) parts.push(this.toLogic(next()));
    return { kind, parts, position: first.position };
  }

  private not(): Node {
    const { position } = this.peek();
    if (!this.take('NOT') && !this.take('!')) return this.comparison();
    return this.nested(() => ({ kind: 'not', of: this.toLogic(this.not()), position }));
  }

  private comparison(): Node {
    const left = this.sum();
    const sign = this.peek();
    const operator = this.operator(left);
    if (operator === undefined) {
      if (!this.take('IN')) return left;
      const right = this.toOperand(this.sum());
      this.refuseChain();
      return { kind: 'membership', left: this.toOperand(left), right, position: sign.position };
    }
    const right = this.toOperand(this.sum());
    this.refuseChain();
    return { kind: 'comparison', operator, left: this.toOperand(left), right, position: sign.position };
  }

  /** Takes a comparison sign, or the colon of `name: <80%`; a colon alone means `==`. */
  private operator(left: Node): ComparisonOperator | undefined {
    const colon = left.kind === 'variable' && this.take(':');
    const token = this.peek();
    if (token.kind === 'symbol' && comparisons.has(token.text)) {
      this.index += 1;
      return token.text as ComparisonOperator;
    }
    return colon ? '==' : undefined;
  }

  private refuseChain(): void {
    const token = this.peek();
    if (token.kind === 'symbol' && comparisons.has(token.text)) {
      this.fail('comparisons do not chain', 'join two comparisons with AND');
    }
  }

  private sum(): Node {
    return this.arithmetic(['+', '-'], () => this.arithmetic(['*', '/'], () => this.unary()));
  }

  private arithmetic(operators: readonly ('+' | '-' | '*' | '/')[], next: () => Node): Node {
    let left = next();
    for (;;) {
      const { position } = this.peek();
      const operator = operators.find((sign) => this.take(sign));
      if (operator === undefined) return left;
      const right = this.toOperand(next());
      left = { kind: 'arithmetic', operator, left: this.toOperand(left), right, position };
    }
  }

  private unary(): Node {
    const { position } = this.peek();
    if (!this.take('-')) return this.primary();
    return this.nested(() => ({ kind: 'negate', operand: this.toOperand(this.unary()), position }));
  }

  private primary(): Node {
    const token = this.peek();
    this.index += 1;
    switch (token.kind) {
      case 'number':
        return {
          kind: 'literal',
          value: token.value,
          position: token.position,
          ...(token.unit === undefined ? {} : { unit: token.unit }),
        };
      case 'string':
        return { kind: 'literal', value: token.value, position: token.position };
      case 'name':
        return this.at('(')
          ? this.call(token.text, token.position)
          : { kind: 'variable', name: token.text, position: token.position };
      case 'word':
        if (token.text === 'TRUE' || token.text === 'FALSE') {
          return { kind: 'literal', value: token.text === 'TRUE', position: token.position };
        }
        break;
      case 'symbol':
        if (token.text === '(') return this.parenthesis();
        if (token.text === '[') return this.list(token.position);
        break;
      case 'end':
        break;
      default:
        return token satisfies never;
    }
    this.index -= 1;
    return this.unexpected(token);
  }

  private parenthesis(): Node {
    const node = this.nested(() => this.or());
    this.expect(')');
    return node;
  }

  private list(position: number): Operand {
    const items: Literal[] = [];
    while (!this.at(']')) {
      if (items.length > 0) this.expect(',');
      const { position: itemPosition } = this.peek();
      const item = this.unary();
      if (item.kind !== 'literal') {
        return this.fail('a list holds plain values only', 'write ["a", "b"] or [1, 2]', itemPosition);
      }
      items.push(item);
    }
    this.expect(']');
    if (items.length === 0) return this.fail('an empty list contains nothing', 'name at least one value', position);
    if (new Set(items.map((item) => typeof item.value)).size > 1) {
      return this.fail('the list mixes texts, numbers and truth values', 'keep one kind in a list', position);
    }
    return { kind: 'list', items, position };
  }

  private call(callee: string, position: number): Node {
    const dot = callee.lastIndexOf('.');
    const name = callee.slice(dot + 1);
    const receiver = callee.slice(0, Math.max(dot, 0));
    const isMethod = receiver !== '' && stringMethods.includes(name as StringMethod);
    if (!isMethod && callee !== 'size') {
      return this.fail(
        name === 'matches' ? 'matches() is not allowed: a regular expression can block' : `unknown function "${name}"`,
        `use name.startsWith("..."), name.endsWith("..."), name.contains("...") or size(name)`,
        position,
      );
    }
    this.expect('(');
    const { position: argumentPosition } = this.peek();
    const argument = this.unary();
    this.expect(')');
    if (isMethod) {
      if (argument.kind !== 'literal' || typeof argument.value !== 'string') {
        return this.fail(`${name}() takes a text`, `write ${name}("...")`, argumentPosition);
      }
      const of: Variable = { kind: 'variable', name: receiver, position };
      return { kind: 'string_test', method: name as StringMethod, of, argument, position };
    }
    if (argument.kind !== 'variable') {
      return this.fail('size() takes the name of a list', 'write size(failing_checks)', argumentPosition);
    }
    return { kind: 'size', of: argument, position };
  }

  private toLogic(node: Node): Logic {
    if (!isOperand(node)) return node;
    if (node.kind === 'variable' || (node.kind === 'literal' && typeof node.value === 'boolean')) {
      return { kind: 'flag', of: node, position: node.position };
    }
    return this.fail('a value stands where a comparison belongs', 'compare it: cpu_usage > 80%', node.position);
  }

  private toOperand(node: Node): Operand {
    if (isOperand(node)) return node;
    return this.fail(
      'a condition stands where a value belongs',
      'join conditions with AND, OR and NOT only',
      node.position,
    );
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > deepestNesting) {
      this.fail(`nested deeper than ${deepestNesting} levels`, 'split it into several conditions');
    }
    const result = read();
    this.depth -= 1;
    return result;
  }

  private peek(): Token {
    return this.tokens[this.index] ?? { kind: 'end', position: this.source.length };
  }

  private at(text: string): boolean {
    const token = this.peek();
    return (token.kind === 'symbol' || token.kind === 'word') && token.text === text;
  }

  private take(text: string): boolean {
    if (!this.at(text)) return false;
    this.index += 1;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) this.fail(`"${text}" is missing here`, `add "${text}"`);
  }

  private unexpected(token: Token): never {
    if (token.kind === 'end')
      return this.fail('the condition ends too early', 'complete it: a name, a sign and a value');
    const shown = token.kind === 'number' || token.kind === 'string' ? String(token.value) : token.text;
    if (token.kind === 'name' && shown.toLowerCase() === 'for') {
      return this.fail('"for" is not part of a condition', 'put the time into the key duration');
    }
    return this.fail(`"${shown}" is not expected here`, 'join comparisons with AND or OR, and put texts in quotes');
  }

  private fail(cause: string, fix: string, position = this.peek().position): never {
    throw new ConditionError(this.source, position, cause, fix);
  }
}
