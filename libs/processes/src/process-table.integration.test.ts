import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import {
  findByVariable,
  goesBy,
  hasVariable,
  isSameLife,
  pidExists,
  readLiveProcess,
  readLiveProcesses,
  readProcess,
} from './process-table.ts';

const idle = 'setInterval(() => {}, 1000)';
const gone = 2 ** 30;

it('reports the identity of a process, when it began, and that it ended', async () => {
  const beforeMs = Date.now();
  const child = spawn(process.execPath, ['-e', idle], {
    env: { CORTEX_TABLE: 'shop' },
    detached: true,
    stdio: 'ignore',
  });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  try {
    await expect.poll(async () => (await readProcess(pid))?.argv).toEqual([process.execPath, '-e', idle]);
    const found = await readLiveProcess(pid);
    expect(found).toMatchObject({ pid, isZombie: false, group: pid, session: pid });
    if (found === undefined) return;
    expect(goesBy(found, 'node')).toBe(true);
    expect(goesBy(found, 'nod')).toBe(false);
    expect(Math.abs(found.startedAtMs - beforeMs)).toBeLessThan(5_000);
    expect(await hasVariable(pid, 'CORTEX_TABLE', 'shop')).toBe(true);
    expect(await findByVariable('CORTEX_TABLE', 'shop')).toMatchObject([{ pid, startTicks: found.startTicks }]);
    expect((await readLiveProcesses()).map((process) => process.pid)).toContain(pid);

    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await isSameLife(found)).toBe(false);
    expect(await readProcess(pid)).toBeUndefined();
    expect(pidExists(pid)).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
});

it('another start under the same pid is another life', async () => {
  const own = await readLiveProcess(process.pid);
  if (own === undefined) throw new Error('this process is not in the table');
  expect(await isSameLife(own)).toBe(true);
  expect(await isSameLife({ ...own, startTicks: own.startTicks + 1 })).toBe(false);
});

it('an unused pid is no process', async () => {
  expect(await readProcess(gone)).toBeUndefined();
  expect(pidExists(gone)).toBe(false);
  expect(pidExists(process.pid)).toBe(true);
});
