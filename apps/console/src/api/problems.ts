import { apiErrors, CortexError } from '@cortex/errors';

export type ProblemCode = keyof typeof apiErrors;

/** An expected refusal. `detail` says what happened, `cause` why, `fix` what the caller may do. */
export class ApiProblem extends CortexError<ProblemCode> {
  readonly status: number;
  readonly detail: string;
  readonly reason: string;
  override readonly fix: string;

  constructor(code: ProblemCode, detail: string, reason: string, fix: string) {
    super(code, `${detail} (${reason}); fix: ${fix}`);
    this.status = apiErrors[code].status;
    this.detail = detail;
    this.reason = reason;
    this.fix = fix;
  }
}

export function notFound(what: string, id: string, fix: string): ApiProblem {
  return new ApiProblem('CORTEX_API_NOT_FOUND', `no ${what} "${id}"`, 'nothing under this name or id is known', fix);
}
