import { readFileSync } from 'node:fs';

/** The most that a process has ever had in memory. Beyond every bound when it is gone. */
export function peakMebibytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.POSITIVE_INFINITY) / 1024;
}
