/** Where tests end, freeze or stall the executor. */
export type Failpoint = 'after_intent' | 'after_effect' | 'after_result' | 'after_completion';

/** Longer than tests let leases live. */
const stallMs = 5_000;
let isSpent = false;

/**
 * Does nothing, unless `CORTEX_FAILPOINT` names this point: then the process kills itself here, as power loss would.
 * `<name>:freeze` stops it once by SIGSTOP instead, until a SIGCONT; `<name>:stall` holds its thread for five seconds, as
 * a computation would. For tests only.
 */
export function failpoint(name: Failpoint): void {
  const [wanted, how] = (process.env['CORTEX_FAILPOINT'] ?? '').split(':');
  if (isSpent || wanted !== name) return;
  isSpent = true;
  if (how === 'stall') {
    wait(stallMs);
    return;
  }
  process.kill(process.pid, how === 'freeze' ? 'SIGSTOP' : 'SIGKILL');
  // The signal arrives a moment after the call: nothing more may happen until then.
  wait(200);
}

function wait(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
