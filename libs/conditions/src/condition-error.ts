import { CortexError } from '@cortex/errors';

/** A condition that cannot be compiled. `position` is the zero-based offset of the culprit in the text. */
export class ConditionError extends CortexError {
  readonly source: string;
  readonly position: number;
  override readonly cause: string;
  override readonly fix: string;

  constructor(source: string, position: number, cause: string, fix: string) {
    super(
      'CORTEX_CONDITION_INVALID',
      `condition "${shorten(source)}", character ${position + 1}: ${cause}. Fix: ${fix}`,
    );
    this.source = source;
    this.position = position;
    this.cause = cause;
    this.fix = fix;
  }
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
