import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { keepsTo, PercentBelow, SizeAbove } from '../bound.ts';
import type { Bound } from '../bound.ts';
import { causeOf } from '../cause-of.ts';
import { createCpuMeter } from '../cpu-meter.ts';
import { defineCheck } from '../define-check.ts';
import { AbsolutePath } from '../params.ts';

const Params = z
  .strictObject({
    /** `<90%` of all processors. */
    cpu_usage: PercentBelow.optional(),
    /** `>100MB` that programs could still get. */
    memory_available: SizeAbove.optional(),
    /** `>1GB` free for ordinary users, in the file system of `path`. */
    disk_space: SizeAbove.optional(),
    path: AbsolutePath.default('/'),
  })
  .refine(
    ({ cpu_usage, memory_available, disk_space }) => [cpu_usage, memory_available, disk_space].some(Boolean),
    'say at least one of cpu_usage, memory_available, disk_space',
  );

const cpuMeter = createCpuMeter();

/** Spec 2.1. Looks at this machine; for others, let the collector bring their metrics. */
export const basicMetrics = defineCheck({
  name: 'basic_metrics',
  summary: 'Processors, memory and disk of this machine keep to their limits',
  tier: 'shallow',
  params: Params,
  async run(params, { signal }) {
    const looks: Promise<Look>[] = [];
    if (params.cpu_usage !== undefined) {
      const { percent } = await cpuMeter.usage((ms) => delay(ms, undefined, { signal }));
      if (Number.isNaN(percent)) throw new Error('the system does not count processor time');
      looks.push(Promise.resolve(look('cpu_usage', params.cpu_usage, percent, '%')));
    }
    if (params.memory_available !== undefined) {
      looks.push(Promise.resolve(look('memory_available', params.memory_available, freemem(), ' bytes')));
    }
    if (params.disk_space !== undefined) looks.push(lookAtDisk(params.path, params.disk_space));
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

function look(key: string, bound: Bound, exact: number, unit: string): Look {
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
