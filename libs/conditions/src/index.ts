export { compileCondition } from './compile-condition.ts';
export type {
  CompileOptions,
  Condition,
  ConditionResult,
  ConditionValue,
  ConditionValues,
  ConditionVerdict,
} from './compile-condition.ts';
export { ConditionError } from './condition-error.ts';
export { nearestName } from './nearest-name.ts';
export { formatDuration, parseDuration, parsePercentRange, parseSize, QuantityError } from './quantity.ts';
export type { PercentRange } from './quantity.ts';
export type { QuotedText, VariableUse } from './variable-uses.ts';
