import { temporaryFolder } from '@cortex/testing';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFolder } from './log-folder.ts';
import { isAtLeast, logText, readLogLine } from './log-line.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

const second = (number: number): number => Date.parse('2026-03-02T10:00:00.000Z') + number * 1_000;
const line = (number: number, msg: string, more: object = {}): string =>
  `${JSON.stringify({ level: 30, time: second(number), pid: 7, hostname: 'h', name: 'decision', msg, ...more })}\n`;

test('a line is time, level, service, message, and what is said beside it', () => {
  const read = readLogLine(
    line(1, 'held', { level: 40, gate: 'storm', err: { message: 'boom', stack: 'at x' } }).trim(),
    'x',
  );
  expect(logText(read)).toBe('2026-03-02T10:00:01.000Z  warn   decision        held gate=storm err=boom');
});

test('nats-server has a form of its own, and what no program of ours wrote is shown as it is', () => {
  const nats = readLogLine('[12] 2026/03/02 10:00:00.123456 [ERR] no space left', 'nats-server');
  expect(nats).toMatchObject({ service: 'nats-server', level: 'error', message: 'no space left' });
  expect(nats.at).toBe(new Date('2026-03-02T10:00:00.123').toISOString());
  expect(logText(readLogLine('    at boom (\u001b[31mfile.js:1)', 'decision'))).toMatch(
    /^ {26} {4}at boom \( \[31mfile/,
  );
});

test('a level means it and worse; a line without one may be the last words of a crash', () => {
  const levels = [20, 30, 40, 50].map((level) => readLogLine(line(0, 'm', { level }).trim(), 'x'));
  expect(levels.map((one) => isAtLeast(one, 'warn'))).toEqual([false, false, true, true]);
  expect(isAtLeast(readLogLine('Segmentation fault', 'x'), 'fatal')).toBe(true);
});

test('files are joined by time, and only whole lines are read, each once', () => {
  const decision = join(folder.path, 'decision.log');
  writeFileSync(decision, line(1, 'one') + line(3, 'three') + '    at a stack\n' + line(4, 'half').slice(0, 20));
  writeFileSync(join(folder.path, 'learner.log'), line(2, 'two', { name: 'learner' }));
  const logs = new LogFolder(folder.path);
  expect(logs.read().map(({ message }) => message)).toEqual(['one', 'two', 'three', '    at a stack']);
  expect(logs.read()).toEqual([]);
  appendFileSync(decision, line(4, 'half').slice(20));
  expect(logs.read().map(({ message }) => message)).toEqual(['half']);
});

test('a file that was written anew is read from its start', () => {
  const file = join(folder.path, 'decision.log');
  writeFileSync(file, line(1, 'one') + line(2, 'two'));
  const logs = new LogFolder(folder.path);
  logs.read();
  writeFileSync(file, line(3, 'new'));
  expect(logs.read().map(({ message }) => message)).toEqual(['new']);
});

test('of a long file the newest part is read, from a whole line on', () => {
  writeFileSync(join(folder.path, 'decision.log'), line(1, 'x'.repeat(5 * 1024 * 1024)) + line(2, 'last'));
  expect(new LogFolder(folder.path).read().map(({ message }) => message)).toEqual(['last']);
});

test('a folder that is not there has no lines', () => {
  expect(new LogFolder(join(folder.path, 'missing')).read()).toEqual([]);
});
