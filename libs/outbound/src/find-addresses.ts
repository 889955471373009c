import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { localAddresses } from './local-names.ts';
import { LookUps } from './look-ups.ts';
import type { LookUpLimits } from './look-ups.ts';

const defaultThreads = 4;
const maxThreads = 1_024;
const patienceMs = 5_000;
const lookUps = new LookUps(lookup, lookUpLimits(process.env['UV_THREADPOOL_SIZE']));

/** The addresses of a name as the system has them: local names at once, others through the queue. */
export async function findAddresses(name: string, options: LookupAllOptions): Promise<readonly LookupAddress[]> {
  const local = localAddresses(name, options.family);
  return local.length > 0 ? local : await lookUps.find(name, options);
}

/** libuv gives look-ups half of its threads, so that files can always be read; three in four of these may be slow. */
export function lookUpLimits(threadPoolSize: string | undefined): LookUpLimits {
  const asked = Number(threadPoolSize ?? defaultThreads);
  const threads = Number.isInteger(asked) && asked > 0 ? Math.min(asked, maxThreads) : defaultThreads;
  const atOnce = Math.ceil(threads / 2);
  return { atOnce, slowAtOnce: Math.max(1, Math.floor(atOnce * 0.75)), patienceMs };
}
