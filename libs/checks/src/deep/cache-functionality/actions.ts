import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CacheError } from './cache-client.ts';
import type { CacheClient } from './cache-client.ts';

const keyPattern = /^health_check[\w:.-]{0,100}$/;

/** `SET health_check_key test_value`. Other commands and other keys do not parse: the cache holds data of its users. */
export const CacheAction = z
  .string()
  .max(1_000)
  .transform((text, context): CacheStep => {
    const [command = '', key = '', value, ...more] = text.trim().split(/\s+/);
    const verb = command.toUpperCase();
    const isOwnKey = keyPattern.test(key);
    if (verb === 'PING' && key === '') return { verb, text };
    if (verb === 'SET' && isOwnKey && value !== undefined && more.length === 0) return { verb, key, value, text };
    if ((verb === 'GET' || verb === 'DEL') && isOwnKey && value === undefined) return { verb, key, text };
    const message = 'must be PING, SET key value, GET key or DEL key, the key beginning with health_check';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

export type CacheStep =
  | { readonly verb: 'PING'; readonly text: string }
  | { readonly verb: 'SET'; readonly key: string; readonly value: string; readonly text: string }
  | { readonly verb: 'GET' | 'DEL'; readonly key: string; readonly text: string };

const ttlSeconds = 60;

/**
 * Runs the steps in order, each key made unique for this run, and removes its keys. Returns the first problem. A key
 * that cannot be removed, because the cache is gone, expires.
 */
export async function runCacheSteps(client: CacheClient, steps: readonly CacheStep[]): Promise<string | undefined> {
  const run = randomUUID();
  const written = new Map<string, string>();
  try {
    for (const step of steps) {
      const problem = await runStep(client, step, run, written);
      if (problem !== undefined) return `${step.text}: ${problem}`;
    }
    return undefined;
  } finally {
    for (const key of written.keys()) await client.delete(key).catch(() => undefined);
  }
}

async function runStep(
  client: CacheClient,
  step: CacheStep,
  run: string,
  written: Map<string, string>,
): Promise<string | undefined> {
  try {
    if (step.verb === 'PING') return await client.ping().then(() => undefined);
    const key = `${step.key}:${run}`;
    if (step.verb === 'SET') {
      written.set(key, step.value);
      await client.set(key, step.value, ttlSeconds);
      return undefined;
    }
    const expected = written.get(key);
    if (step.verb === 'GET') {
      const found = await client.get(key);
      return found === expected ? undefined : `gave ${shown(found)}, expected ${shown(expected)}`;
    }
    const wasThere = await client.delete(key);
    written.delete(key);
    return wasThere || expected === undefined ? undefined : 'the key had gone already';
  } catch (error) {
    if (error instanceof CacheError) return error.message;
    throw error;
  }
}

function shown(value: string | undefined): string {
  // Not cut: half a secret would not be found by the redactor.
  return value === undefined ? 'nothing' : `"${value}"`;
}
