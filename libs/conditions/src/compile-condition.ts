import { ConditionError } from './condition-error.ts';
import { celEnvironment, isPlainName, logicToCel, operandToCel, overflowVariable, testToCel } from './emit-cel.ts';
import { nearestName } from './nearest-name.ts';
import { parseCondition } from './parse-condition.ts';
import type { Logic, Operand, Test, Variable } from './syntax.ts';
import { usesOf } from './variable-uses.ts';
import type { VariableUse } from './variable-uses.ts';

export type ConditionValue = number | string | boolean | readonly string[] | undefined;
export type ConditionValues = Readonly<Record<string, ConditionValue>>;

/** `no_data` is neither true nor false: a value that decides the answer is missing. */
export type ConditionVerdict = 'true' | 'false' | 'no_data';

export interface ConditionResult {
  readonly verdict: ConditionVerdict;
  /** On `no_data`: the variables without a usable value. Otherwise empty. */
  readonly missing: string[];
}

/** A compiled condition. `cel` is the same condition in standard CEL, for people and for other tools. */
export interface Condition {
  readonly source: string;
  readonly cel: string;
  /** Every variable named, each once, in order of appearance. */
  readonly variables: readonly string[];
  /** How each of them is used, with the texts that it is compared with. */
  readonly uses: readonly VariableUse[];
  evaluate(values: ConditionValues): ConditionResult;
}

export interface CompileOptions {
  /** When given, any other variable is an error with a suggestion. */
  readonly variables?: readonly string[];
}

/**
 * Compiles a condition as the specification writes them: `disk_usage_percent > 85`, `cpu_usage: <80%`,
 * `p95_latency < 500ms AND NOT "backup" in failing_checks`. `80%` is the number 80 (the value is in percent, too),
 * durations are milliseconds, sizes bytes. A missing, NaN or wrongly typed value makes its comparison `no_data`, which
 * AND, OR and NOT carry on by Kleene's logic: `a OR b` is true when `a` is, whatever `b`. Throws {@link ConditionError}.
 */
export function compileCondition(source: string, options: CompileOptions = {}): Condition {
  const logic = parseCondition(source);
  const named = variablesOf(logic);
  if (options.variables !== undefined) refuseUnknown(source, named, options.variables);
  const variables = [...new Set(named.map((variable) => variable.name))];
  const plain = new Set(variables.filter(isPlainName));
  const evaluate = compileLogic(source, logic);
  return {
    source,
    cel: logicToCel(logic),
    variables,
    uses: usesOf(logic),
    evaluate(values) {
      const { verdict, missing } = evaluate(usableValues(values, variables, plain));
      return { verdict, missing: verdict === 'no_data' ? [...new Set(missing)] : [] };
    },
  };
}

/** The values that a CEL program reads; `present` says which variables have one. */
interface Scope {
  readonly present: ReadonlySet<string>;
  readonly context: Record<string, unknown>;
}

type Evaluator = (scope: Scope) => ConditionResult;
type Program = (context: Record<string, unknown>) => unknown;

function usableValues(values: ConditionValues, variables: readonly string[], plain: ReadonlySet<string>): Scope {
  const context: Record<string, unknown> = Object.create(null);
  const overflow = new Map<string, unknown>();
  const present = new Set<string>();
  for (const name of variables) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || Number.isNaN(value)) continue;
    present.add(name);
    if (plain.has(name)) context[name] = value;
    else overflow.set(name, value);
  }
  context[overflowVariable] = overflow;
  return { present, context };
}

function compileLogic(source: string, logic: Logic): Evaluator {
  switch (logic.kind) {
    case 'and':
    case 'or': {
      const parts = logic.parts.map((part) => compileLogic(source, part));
      const decisive = logic.kind === 'or' ? 'true' : 'false';
      return (scope) => join(parts, scope, decisive);
    }
    case 'not': {
      const inner = compileLogic(source, logic.of);
      return (scope) => negate(inner(scope));
    }
    default:
      return compileTest(source, logic);
  }
}

function join(parts: readonly Evaluator[], scope: Scope, decisive: 'true' | 'false'): ConditionResult {
  const missing: string[] = [];
  let unknown = false;
  for (const part of parts) {
    const result = part(scope);
    if (result.verdict === decisive) return result;
    unknown ||= result.verdict === 'no_data';
    missing.push(...result.missing);
  }
  if (unknown) return { verdict: 'no_data', missing };
  return { verdict: decisive === 'true' ? 'false' : 'true', missing };
}

function negate({ verdict, missing }: ConditionResult): ConditionResult {
  if (verdict === 'no_data') return { verdict, missing };
  return { verdict: verdict === 'true' ? 'false' : 'true', missing };
}

function compileTest(source: string, test: Test): Evaluator {
  const names = [...new Set(variablesOf(test).map((variable) => variable.name))];
  const program = toProgram(source, testToCel(test), test.position, 'bool');
  // Division by zero and the like have no result: CEL would continue with an infinity or with NaN.
  const calculated = arithmeticOf(test).map((operand) =>
    toProgram(source, operandToCel(operand), operand.position, 'double'),
  );
  return ({ present, context }) => {
    const missing = names.filter((name) => !present.has(name));
    if (missing.length > 0) return { verdict: 'no_data', missing };
    try {
      if (!calculated.every((operand) => Number.isFinite(operand(context)))) {
        return { verdict: 'no_data', missing: names };
      }
      const answer = program(context);
      if (typeof answer === 'boolean') return { verdict: answer ? 'true' : 'false', missing: [] };
    } catch {
      // CEL found a value of the wrong kind, such as a text where a number is compared: no usable value.
    }
    return { verdict: 'no_data', missing: names };
  };
}

/** Parses and type-checks the emitted CEL: `"a" > 5` is refused here, when the condition is read, not when it runs. */
function toProgram(source: string, cel: string, position: number, wanted: 'bool' | 'double'): Program {
  const { valid, type, error } = celEnvironment.check(cel);
  if (!valid || (type !== wanted && type !== 'dyn')) {
    const detail = error?.message.split('\n')[0] ?? `it yields ${type ?? 'nothing'}, not ${wanted}`;
    throw new ConditionError(
      source,
      position,
      `these values cannot be compared: ${detail}`,
      'compare numbers with numbers, texts with == and !=',
    );
  }
  return celEnvironment.parse(cel);
}

function arithmeticOf(test: Test): readonly Operand[] {
  if (test.kind !== 'comparison' && test.kind !== 'membership') return [];
  return [test.left, test.right].filter((operand) => operand.kind === 'arithmetic' || operand.kind === 'negate');
}

function variablesOf(node: Logic | Operand): readonly Variable[] {
  switch (node.kind) {
    case 'variable':
      return [node];
    case 'literal':
    case 'list':
      return [];
    case 'and':
    case 'or':
      return node.parts.flatMap(variablesOf);
    case 'not':
    case 'size':
    case 'flag':
    case 'string_test':
      return variablesOf(node.of);
    case 'negate':
      return variablesOf(node.operand);
    case 'arithmetic':
    case 'comparison':
    case 'membership':
      return [...variablesOf(node.left), ...variablesOf(node.right)];
    default:
      return node satisfies never;
  }
}

function refuseUnknown(source: string, named: readonly Variable[], known: readonly string[]): void {
  for (const { name, position } of named) {
    if (known.includes(name)) continue;
    const nearest = nearestName(name, known);
    const fix =
      nearest === undefined
        ? `use one of ${known.join(', ')}; put a text in quotes: "${name}"`
        : `did you mean ${nearest}? Put a text in quotes: "${name}"`;
    throw new ConditionError(source, position, `unknown variable "${name}"`, fix);
  }
}
