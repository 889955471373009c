import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Bus } from '@cortex/bus';
import { AuditCheckpoint } from '@cortex/contracts';
import { z } from 'zod';
import { readSignatures, storedRecords } from './audit-store.ts';
import type { AuditKey } from './checkpoint.ts';
import type { AuditVerdict } from './verify-chain.ts';
import { verifyChain } from './verify-chain.ts';

/** Signatures that the verifier holds itself, so that it need not trust those beside the records. */
export interface TrustedSignatures {
  /** Only these keys count. Without them, those found beside the records do. */
  readonly keys?: readonly AuditKey[];
  /** Checkpoints kept elsewhere: they reveal records that were cut off together with their checkpoints. */
  readonly checkpoints?: readonly AuditCheckpoint[];
}

/** Verifies the chain in the stream, as far as it goes now. */
export async function verifyLive(bus: Bus, trusted: TrustedSignatures = {}): Promise<AuditVerdict> {
  const found = await readSignatures(bus);
  const checkpoints = [...found.checkpoints, ...(trusted.checkpoints ?? [])];
  return verifyChain(storedRecords(bus), checkpoints, trusted.keys ?? found.keys);
}

/** Writes keys, checkpoints and then every record, one a line, exactly as stored. Returns the number of records. */
export async function exportAudit(bus: Bus, path: string): Promise<number> {
  const { keys, checkpoints } = await readSignatures(bus);
  const file = await open(path, 'w', 0o600);
  let entries = 0;
  try {
    const header = [...keys.map((key) => ({ key })), ...checkpoints.map((checkpoint) => ({ checkpoint }))];
    for (const line of header) await file.write(`${JSON.stringify(line)}\n`);
    for await (const record of storedRecords(bus)) {
      await file.write(Buffer.concat([record, Buffer.from('\n')]));
      entries += 1;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return entries;
}

/** Verifies a file that {@link exportAudit} wrote. */
export async function verifyExport(path: string, trusted: TrustedSignatures = {}): Promise<AuditVerdict> {
  const keys: AuditKey[] = [];
  const checkpoints: AuditCheckpoint[] = [...(trusted.checkpoints ?? [])];
  for await (const line of linesOf(path)) {
    const entry = parseHeader(line);
    if (entry === undefined) break;
    if ('key' in entry) keys.push(entry.key);
    else checkpoints.push(entry.checkpoint);
  }
  return verifyChain(recordLines(path), checkpoints, trusted.keys ?? keys);
}

/** Checkpoints from the file that the auditor keeps beside its key; lines cut off by a crash are skipped. */
export async function readCheckpointFile(path: string): Promise<readonly AuditCheckpoint[]> {
  const checkpoints: AuditCheckpoint[] = [];
  for await (const line of linesOf(path)) {
    const parsed = AuditCheckpoint.safeParse(tryJson(line));
    if (parsed.success) checkpoints.push(parsed.data);
  }
  return checkpoints;
}

const HeaderLine = z.union([
  z.strictObject({ key: z.strictObject({ keyId: z.string(), publicKey: z.string() }) }),
  z.strictObject({ checkpoint: AuditCheckpoint }),
]);

function parseHeader(line: Uint8Array): z.infer<typeof HeaderLine> | undefined {
  return HeaderLine.safeParse(tryJson(line)).data;
}

async function* recordLines(path: string): AsyncGenerator<Uint8Array> {
  let isHeader = true;
  for await (const line of linesOf(path)) {
    isHeader &&= parseHeader(line) !== undefined;
    if (!isHeader) yield line;
  }
}

function tryJson(line: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(line).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Splits at line feeds alone: other line separators may occur inside a record. */
async function* linesOf(path: string): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    let buffer = Buffer.concat([rest, chunk as Buffer]);
    for (let end = buffer.indexOf(10); end !== -1; end = buffer.indexOf(10)) {
      yield buffer.subarray(0, end);
      buffer = buffer.subarray(end + 1);
    }
    rest = buffer;
  }
  if (rest.length > 0) yield rest;
}
