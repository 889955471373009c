/** The local stack cannot do what was asked. */
export class StackError extends Error {
  readonly code:
    | 'CORTEX_STACK_NOT_READY'
    | 'CORTEX_STACK_RUNNING'
    | 'CORTEX_STACK_NOT_BUILT'
    | 'CORTEX_NATS_NOT_FOUND'
    | 'CORTEX_NATS_NOT_READY';

  constructor(code: StackError['code'], message: string, fix: string, cause?: unknown) {
    super(`${message}\n  fix: ${fix}`, { cause });
    this.name = 'StackError';
    this.code = code;
  }
}
