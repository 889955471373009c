import { randomBytes, randomInt } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { PostgresAddress } from '../../postgres/postgres-address.ts';
import { ProgramError, runPostgresProgram } from './postgres-program.ts';

const usualSample = 5;

export interface RestoreOrder {
  readonly file: string;
  readonly withData: boolean;
  readonly tables: readonly string[] | undefined;
}

/** Restores definitions, and rows of a sample of tables, into an empty database. Throws {@link ProgramError}. */
export async function restoreSample(into: PostgresAddress, order: RestoreOrder, signal: AbortSignal): Promise<void> {
  const kind = await kindOf(order.file);
  if (kind !== 'custom') {
    await restorePlain(into, order.file, kind, signal);
    return;
  }
  const list = await runPostgresProgram('pg_restore', ['--list', order.file], into, signal);
  const restore = (...flags: readonly string[]): Promise<string> => {
    const usual = ['--exit-on-error', '--no-owner', '--no-privileges', `--dbname=${into.database}`];
    return runPostgresProgram('pg_restore', [...usual, ...flags, order.file], into, signal);
  };
  await restore('--section=pre-data');
  if (!order.withData) return;
  const known = [...list.matchAll(/^\d+; \d+ \d+ TABLE DATA \S+ (.+) \S+$/gm)].flatMap(([, name]) => name ?? []);
  const missing = order.tables?.find((table) => !known.includes(table));
  if (missing !== undefined) throw new ProgramError(`the backup has no rows of a table "${missing}"`);
  const tables = order.tables ?? pick(known, usualSample);
  if (tables.length > 0) await restore('--section=data', ...tables.map((table) => `--table=${table}`));
}

async function kindOf(path: string): Promise<'custom' | 'gzip' | 'plain'> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(5), 0, 5, 0);
    if (buffer.toString('latin1') === 'PGDMP') return 'custom';
    return buffer[0] === 0x1f && buffer[1] === 0x8b ? 'gzip' : 'plain';
  } finally {
    await file.close();
  }
}

/**
 * psql could run programs that a dump names (`\!`). Its restricted mode, which only a random word ends, refuses that; a
 * psql that does not know the mode refuses the first line.
 */
async function restorePlain(
  into: PostgresAddress,
  file: string,
  kind: 'gzip' | 'plain',
  signal: AbortSignal,
): Promise<void> {
  const bytes = createReadStream(file, { signal });
  const text = kind === 'gzip' ? bytes.pipe(createGunzip()) : bytes;
  bytes.on('error', (error) => text.destroy(error));
  const flags = ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', `--dbname=${into.database}`];
  try {
    await runPostgresProgram('psql', flags, into, signal, Readable.from(restricted(text)));
  } finally {
    bytes.destroy();
    text.destroy();
  }
}

async function* restricted(text: Readable): AsyncGenerator<string> {
  yield `\\restrict ${randomBytes(24).toString('hex')}\n`;
  for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
    // The dump's own restrict line; the mode cannot be entered twice.
    if (!/^\\(un)?restrict \w+$/.test(line)) yield `${line}\n`;
  }
}

function pick(names: readonly string[], count: number): readonly string[] {
  const left = [...new Set(names)];
  const picked: string[] = [];
  while (picked.length < count && left.length > 0) picked.push(...left.splice(randomInt(left.length), 1));
  return picked;
}
