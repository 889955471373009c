/** Microseconds of processor time per call, after a warm-up: what else the machine does hardly shows in it. */
export function cpuMicrosPerCall(calls: number, call: (index: number) => void): number {
  for (let index = 0; index < Math.min(calls, 2_000); index += 1) call(index);
  const before = process.cpuUsage();
  for (let index = 0; index < calls; index += 1) call(index);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / calls;
}
