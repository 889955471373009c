import { expect, test } from 'vitest';
import { startProcess } from './process.ts';

const program = `
  process.on('SIGTERM', () => { console.error('asked to stop'); process.exit(3); });
  console.log('ready ' + process.env.GREETING);
  setInterval(() => {}, 1000);
`;

test('output of both kinds is kept, and the process ends when asked', async () => {
  const child = startProcess([process.execPath, '-e', program], { env: { GREETING: 'hello' } });
  expect(await child.waitForLine(/^ready/)).toBe('ready hello');
  expect(await child.stop()).toBe(3);
  expect(child.lines).toEqual(['ready hello', 'asked to stop']);
});

test('a killed process says by what; waiting for a line of a dead one fails with its last words', async () => {
  const child = startProcess([process.execPath, '-e', program]);
  await child.waitForLine('ready');
  expect(await child.kill()).toBe('SIGKILL');
  await expect(child.waitForLine('never')).rejects.toThrow(/ended before[^]*ready/);
});

test('a program that does not exist is an end like any other', async () => {
  const child = startProcess(['cortex-no-such-program']);
  expect(await child.exited).toBe(-1);
});
