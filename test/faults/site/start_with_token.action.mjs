import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Replaces the target's process, and tells the new one the token and the execution, which it writes down at its start. */
export default ({ defineAction, z }) =>
  defineAction({
    name: 'start_with_token',
    summary: 'Ends the process of the target and starts it anew, with the token of the lease',
    params: z.strictObject({ delay_ms: z.number().int().nonnegative().default(0) }),
    riskLevel: 'low',
    onAmbiguous: 'probe',
    reversible: false,
    idempotent: false,
    async observe(_params, { facts }) {
      return { pid: pidIn(facts.process.pidFile) };
    },
    async act({ delay_ms }, { facts, token, executionId, signal }) {
      try {
        await pause(delay_ms, undefined, { signal });
      } catch {
        return { ok: false, detail: 'interrupted before anything was done' };
      }
      const { pidFile, startCommand, env } = facts.process;
      end(pidIn(pidFile));
      const [program, ...args] = startCommand;
      const child = spawn(program, args, {
        env: { PATH: process.env.PATH, ...env, PATIENT_TOKEN: String(token), PATIENT_EXECUTION: executionId },
        detached: true,
        stdio: 'ignore',
      });
      child.unref();
      writeFileSync(pidFile, `${child.pid}\n`);
      return { ok: true, detail: `process ${child.pid} was started` };
    },
    async dryRun() {
      return { ok: true, detail: 'would start the process anew' };
    },
    async probe(_params, { facts }, before) {
      return pidIn(facts.process.pidFile) === before.pid ? 'no_effect' : 'took_effect';
    },
  });

function pidIn(file) {
  return Number(readFileSync(file, 'utf8').trim());
}

function end(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is dead already.
  }
}
