import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { leaseBucket } from '@cortex/contracts';
import { eventually, startProvisionedNats } from '@cortex/testing';
import type { ProvisionedNats } from '@cortex/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Observer } from './test/observer.ts';
import { remediationOf } from './test/remediation.ts';
import { startTestExecutor } from './test/start-executor.ts';
import type { TestExecutor } from './test/start-executor.ts';

/** Writes who acts ten times in ten seconds, whatever its signal says; by itself, by a child, or without ever letting go. */
const plugin = `
const { appendFileSync } = await import('node:fs');
const { spawn } = await import('node:child_process');
const { setTimeout: delay } = await import('node:timers/promises');
export default ({ defineAction, z }) => defineAction({
  name: 'overstay', summary: 'acts on and on',
  params: z.strictObject({ file: z.string(), how: z.enum(['itself', 'child', 'busy', 'heeds']) }),
  riskLevel: 'low', onAmbiguous: 'escalate', reversible: true, idempotent: false,
  observe: async () => ({ seen: true }), dryRun: async () => ({ ok: true, detail: 'would' }),
  undo: async ({ file }, { token }) => { appendFileSync(file, 'undo ' + token + '\\n'); return { ok: true, detail: 'undone' }; },
  async act({ file, how }, { signal, token, target, log }, before) {
    log('begins', { before });
    const line = token + '\\n';
    if (how === 'heeds') {
      appendFileSync(file, line);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { ok: false, detail: 'told to end: ' + signal.reason.message };
    }
    if (how === 'child') {
      const code = 'setInterval(() => require("fs").appendFileSync(process.argv[1], process.argv[2] + "\\\\n"), 200)';
      spawn(process.execPath, ['-e', code, file, String(token)], { stdio: 'ignore', detached: true });
    }
    for (let turn = 0; turn < 50; turn += 1) {
      appendFileSync(file, line);
      if (how === 'busy') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      else await delay(200);
    }
    return { ok: true, detail: 'done on ' + target.instance };
  },
});`;

describe('an action of a plugin that overstays', () => {
  let nats: ProvisionedNats;
  let observer: Observer;
  const executors: TestExecutor[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'cortex-overstay-'));
  const lines = (file: string) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean);

  beforeAll(async () => {
    writeFileSync(join(folder, 'overstay.action.mjs'), plugin);
    nats = await startProvisionedNats({ leaseTtlMs: 3_000 });
    observer = await Observer.connect(nats.url);
    for (const name of ['one', 'two'])
      executors.push(await startTestExecutor({ natsUrl: nats.url, name, pluginFolders: [folder] }));
  });
  afterAll(async () => {
    await Promise.all([...executors.map((one) => one.stop()), observer.bus.drain(1_000)]);
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(how: string, timeoutMs: number) {
    const remediation = remediationOf({
      targets: [{ instance: `web-${how}` }],
      steps: [{ action: 'overstay', params: { file: join(folder, how), how }, timeoutMs }],
    });
    await observer.request(remediation);
    const end = await eventually(() => observer.completed(remediation) ?? false, { timeoutMs: 40_000 });
    return { remediation, end };
  }

  it.each(['itself', 'child', 'busy'])('is ended before its target is given to another: %s', async (how) => {
    const first = await run(how, 1_000);
    expect(first.end).toMatchObject({
      outcome: 'ambiguous',
      reason: expect.stringContaining('longer than its 1000 ms'),
    });
    const leases = await observer.bus.bucket(leaseBucket);
    expect(await leases.keys()).toEqual([]);
    const byFirst = lines(how);
    const second = await run(how, 1_000);
    expect(second.end).toMatchObject({ outcome: 'ambiguous' });
    // Time in which the first would have acted beside the second and after it.
    await delay(1_000);
    const all = lines(how).map(Number);
    const tokens = [...new Set(all)];
    expect(tokens).toHaveLength(2);
    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(all.filter((token) => token === tokens[0])).toHaveLength(byFirst.length);
  });

  it('may end by itself when it is told to', async () => {
    const { end } = await run('heeds', 1_000);
    expect(end).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('told to end') });
    expect(lines('heeds')).toHaveLength(1);
  });
});
