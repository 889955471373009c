import { statfs } from 'node:fs/promises';
import { availableParallelism, freemem, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { CortexError } from '@cortex/errors';
import { z } from 'zod';
import { keepsTo, NumberBelow, PercentAbove, PercentBelow, SizeAbove } from '../../bound.ts';
import type { Bound } from '../../bound.ts';
import { causeOf } from '../../cause-of.ts';
import { createCpuMeter } from './cpu-meter.ts';
import { defineCheck } from '../../define-check.ts';
import { openFilesOfMachine, openFilesOfProcess } from './open-files.ts';
import type { OpenFiles } from './open-files.ts';
import { AbsolutePath } from '../../params.ts';

const Params = z
  .strictObject({
    cpu_usage: PercentBelow.optional().describe('`<90%` of all processors.'),
    load_per_cpu: NumberBelow.optional().describe(
      '`<2.5` processes that run or wait, for each processor: average of a minute.',
    ),
    memory_available: SizeAbove.optional().describe('`>100MB` that programs could still get.'),
    disk_space: SizeAbove.optional().describe('`>1GB` free for ordinary users, in the file system of `path`.'),
    inodes_available: PercentAbove.optional().describe('`>10%` of the files that the file system of `path` can hold.'),
    file_descriptors: PercentBelow.optional().describe('`<90%` of the files that the whole machine may have open.'),
    process_file_descriptors: PercentBelow.optional().describe(
      '`<90%` of the files that the process of the instance may have open.',
    ),
    path: AbsolutePath.default('/').describe('Whose file system `disk_space` and `inodes_available` mean.'),
  })
  .refine(
    ({ path: _path, ...limits }) => Object.values(limits).some((limit) => limit !== undefined),
    `say at least one of cpu_usage, load_per_cpu, memory_available, disk_space, inodes_available, file_descriptors, process_file_descriptors`,
  );

const cpuMeter = createCpuMeter();

/** Spec 2.1. Checks this machine; for other machines, let the collector bring their metrics. */
export const basicMetrics = defineCheck({
  name: 'basic_metrics',
  summary: 'Processors, memory, disk and open files of this machine keep to their limits',
  tier: 'shallow',
  params: Params,
  failures: [
    'cpu_usage is …%, expected …',
    'load_per_cpu is …, expected …',
    'memory_available is … bytes, expected …',
    'disk_space is … bytes at …, expected …',
    'disk_space of …: …',
    'inodes_available is …% at …, expected …',
    'inodes_available of …: …',
    'file_descriptors is …% (… of …), expected …',
    'process_file_descriptors is …% (… of …), expected …',
  ],
  example: `name: shop-machine
type: basic_metrics
service: shop
cpu_usage: <90%
memory_available: '>100MB'
disk_space: '>1GB'
inodes_available: '>10%'`,
  async run(params, { facts, signal }) {
    const looks: Promise<Look>[] = [];
    if (params.cpu_usage !== undefined) {
      const { percent } = await cpuMeter.usage((ms) => delay(ms, undefined, { signal }));
      if (Number.isNaN(percent))
        throw new CortexError('CORTEX_CHECK_NOT_MADE', 'the system does not count processor time');
      looks.push(Promise.resolve(look('cpu_usage', params.cpu_usage, percent, '%')));
    }
    if (params.load_per_cpu !== undefined) {
      const load = (loadavg()[0] ?? 0) / Math.max(1, availableParallelism());
      looks.push(Promise.resolve(look('load_per_cpu', params.load_per_cpu, load)));
    }
    if (params.memory_available !== undefined) {
      looks.push(Promise.resolve(look('memory_available', params.memory_available, freemem(), ' bytes')));
    }
    if (params.disk_space !== undefined) looks.push(lookAtDisk(params.path, params.disk_space));
    if (params.inodes_available !== undefined) looks.push(lookAtInodes(params.path, params.inodes_available));
    if (params.file_descriptors !== undefined) {
      looks.push(lookAtOpenFiles('file_descriptors', params.file_descriptors, openFilesOfMachine()));
    }
    if (params.process_file_descriptors !== undefined) {
      const open = openFilesOfProcess(facts.process?.pidFile);
      looks.push(lookAtOpenFiles('process_file_descriptors', params.process_file_descriptors, open));
    }
    const found = await Promise.all(looks);
    const broken = found.filter(({ passed }) => !passed);
    const evidence = Object.fromEntries(found.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])));
    const detail = (broken.length > 0 ? broken : found).map((one) => one.detail).join('; ');
    return { passed: broken.length === 0, detail, evidence };
  },
});

interface Look {
  readonly key: string;
  readonly passed: boolean;
  readonly detail: string;
  readonly value?: number;
}

function look(key: string, bound: Bound, exact: number, unit = ''): Look {
  const value = Math.round(exact * 10) / 10;
  const passed = keepsTo(exact, bound);
  return { key, passed, value, detail: `${key} is ${value}${unit}, ${passed ? '' : 'expected '}${bound.text}` };
}

async function lookAtDisk(path: string, bound: Bound): Promise<Look> {
  try {
    const { bavail, bsize } = await statfs(path);
    return look('disk_space', bound, bavail * bsize, ` bytes at ${path}`);
  } catch (error) {
    return { key: 'disk_space', passed: false, detail: `disk_space of ${path}: ${causeOf(error)}` };
  }
}

async function lookAtInodes(path: string, bound: Bound): Promise<Look> {
  try {
    const { files, ffree } = await statfs(path);
    // Some file systems create inodes as needed, and report 0.
    return look('inodes_available', bound, files === 0 ? 100 : (100 * ffree) / files, `% at ${path}`);
  } catch (error) {
    return { key: 'inodes_available', passed: false, detail: `inodes_available of ${path}: ${causeOf(error)}` };
  }
}

async function lookAtOpenFiles(key: string, bound: Bound, open: Promise<OpenFiles>): Promise<Look> {
  const { used, limit } = await open;
  return look(key, bound, limit > 0 ? (100 * used) / limit : 100, `% (${used} of ${limit})`);
}
