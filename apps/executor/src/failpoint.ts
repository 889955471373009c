/** Where crash tests end or freeze the executor. */
export type Failpoint = 'after_intent' | 'after_effect' | 'after_result' | 'after_completion';

let isSpent = false;

/**
 * Does nothing, unless `CORTEX_FAILPOINT` names this point: then the process kills itself here, as power loss would.
 * `<name>:freeze` stops it once by SIGSTOP instead, until a SIGCONT. For tests only.
 */
export function failpoint(name: Failpoint): void {
  const wanted = process.env['CORTEX_FAILPOINT'];
  if (wanted === undefined || isSpent || (wanted !== name && wanted !== `${name}:freeze`)) return;
  isSpent = true;
  process.kill(process.pid, wanted === name ? 'SIGKILL' : 'SIGSTOP');
  // The signal arrives a moment after the call: nothing more may happen until then.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
}
