import type { AuditCheckpoint } from '@cortex/contracts';
import { canonicalJson } from '@cortex/contracts';
import type { AuditKey } from './checkpoint.ts';
import { isSignedBy } from './checkpoint.ts';
import { Disorder } from './disorder.ts';
import { AuditRecord, genesisHash, hashOf, payloadMatches } from './record.ts';

export type AuditProblemKind =
  /** Bytes of this record changed. */
  | 'altered'
  /** This record is sound in itself, but does not continue the one before: one of the two was replaced. */
  | 'replaced'
  | 'missing'
  | 'reordered'
  | 'duplicated'
  /** A signed checkpoint covers records that are gone from the end. */
  | 'truncated'
  /** The chain agrees with itself, but not with a signed checkpoint: it was rewritten without the key. */
  | 'restamped'
  /** A checkpoint that no known key signed, or two signed ones that contradict each other. */
  | 'bad_checkpoint';

/** A problem, and its place: records `at` to `until`. */
export interface AuditProblem {
  readonly kind: AuditProblemKind;
  readonly at: number;
  readonly until: number;
  readonly detail: string;
}

export interface AuditVerdict {
  readonly ok: boolean;
  /** Records seen. */
  readonly entries: number;
  /** Signed checkpoints that hold. */
  readonly checkpoints: number;
  /** Up to this record a signature proves the chain; later ones are only consistent with each other. */
  readonly provenTo: number;
  /** The first thousand. */
  readonly problems: readonly AuditProblem[];
}

const mostProblems = 1_000;

/**
 * Reads a whole chain, record by record as stored, and locates every change of it. Without a signed checkpoint a
 * truncated tail and a rewritten chain cannot be told from the real one; see `provenTo`.
 */
export async function verifyChain(
  records: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
  checkpoints: readonly AuditCheckpoint[],
  keys: readonly AuditKey[],
): Promise<AuditVerdict> {
  const problems: AuditProblem[] = [];
  const report = (kind: AuditProblemKind, at: number, until: number, detail: string): void => {
    problems.push({ kind, at, until, detail });
  };
  const signed = signedCheckpoints(checkpoints, keys, report);
  const wanted = new Set(signed.map((checkpoint) => checkpoint.entries));
  const hashes = new Map<number, string>();
  const disorder = new Disorder();
  let entries = 0;
  let expected = 1;
  /** Hashes that the next record may continue; undefined when the one before is unknown. */
  let links: readonly string[] | undefined = [genesisHash];

  for await (const raw of records) {
    entries += 1;
    const { record, recomputed, flaw } = examine(raw);
    if (record === undefined || flaw !== undefined) {
      report('altered', expected, expected, flaw ?? 'not a record');
      links = record === undefined ? undefined : [record.hash, recomputed];
      expected += 1;
      continue;
    }
    if (wanted.has(record.n) && !hashes.has(record.n)) hashes.set(record.n, record.hash);
    if (record.n < expected) {
      if (disorder.isLate(record.n)) continue;
      report('duplicated', record.n, record.n, `entry ${entries} of the log repeats record ${record.n}`);
      continue;
    }
    if (record.n > expected) disorder.skip(expected, record.n - 1);
    else if (links !== undefined && !links.includes(record.previousHash)) {
      report('replaced', record.n, record.n, `record ${record.n} does not continue record ${record.n - 1}`);
    }
    links = [record.hash];
    expected = record.n + 1;
  }

  for (const [at, until] of disorder.missing()) report('missing', at, until, 'the log has no such record');
  for (const [at, until] of disorder.late()) report('reordered', at, until, 'after records that follow it');
  const { provenTo, holding } = compare(signed, hashes, expected - 1, problems, report);
  problems.sort((left, right) => left.at - right.at);
  return {
    ok: problems.length === 0,
    entries,
    checkpoints: holding,
    provenTo,
    problems: problems.slice(0, mostProblems),
  };
}

type Report = (kind: AuditProblemKind, at: number, until: number, detail: string) => void;

function examine(raw: Uint8Array | string): { record?: AuditRecord; recomputed: string; flaw?: string } {
  const text = typeof raw === 'string' ? raw : Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8');
  let record: AuditRecord;
  try {
    record = AuditRecord.parse(JSON.parse(text));
  } catch {
    return { recomputed: '', flaw: 'it cannot be read as an audit record' };
  }
  const recomputed = hashOf(record);
  if (record.hash !== recomputed) return { record, recomputed, flaw: 'its hash does not match its content' };
  if (canonicalJson(record) !== text) return { record, recomputed, flaw: 'its bytes are not in canonical form' };
  if (!payloadMatches(record)) return { record, recomputed, flaw: 'its payload does not match its hash' };
  return { record, recomputed };
}

function signedCheckpoints(
  checkpoints: readonly AuditCheckpoint[],
  keys: readonly AuditKey[],
  report: Report,
): readonly AuditCheckpoint[] {
  const byEntries = new Map<number, AuditCheckpoint>();
  for (const checkpoint of checkpoints) {
    const { entries } = checkpoint;
    const key = keys.find((candidate) => candidate.keyId === checkpoint.keyId);
    if (key === undefined || !isSignedBy(checkpoint, key)) {
      const why = key === undefined ? `no known key ${checkpoint.keyId}` : 'the signature does not hold';
      report('bad_checkpoint', entries, entries, `checkpoint at ${entries}: ${why}`);
      continue;
    }
    const other = byEntries.get(entries);
    if (other !== undefined && other.hash !== checkpoint.hash) {
      report('bad_checkpoint', entries, entries, `two signed checkpoints at ${entries} contradict each other`);
    }
    if (other === undefined) byEntries.set(entries, checkpoint);
  }
  return [...byEntries.values()].sort((left, right) => left.entries - right.entries);
}

function compare(
  signed: readonly AuditCheckpoint[],
  hashes: ReadonlyMap<number, string>,
  last: number,
  problems: readonly AuditProblem[],
  report: Report,
): { provenTo: number; holding: number } {
  let provenTo = 0;
  let holding = 0;
  const broken = problems.filter((problem) => problem.kind !== 'bad_checkpoint').map((problem) => problem.at);
  const firstBroken = Math.min(...broken, Number.POSITIVE_INFINITY);
  let rewrittenFrom: number | undefined;
  for (const checkpoint of signed) {
    const { entries } = checkpoint;
    if (entries > last) continue;
    if (hashes.get(entries) === checkpoint.hash) {
      holding += 1;
      if (rewrittenFrom === undefined && entries < firstBroken) provenTo = entries;
    } else if (entries < firstBroken && rewrittenFrom === undefined) {
      rewrittenFrom = provenTo + 1;
      report('restamped', rewrittenFrom, last, `the signed checkpoint at ${entries} names another hash`);
    }
  }
  const longest = signed.at(-1)?.entries ?? 0;
  if (longest > last) {
    report('truncated', last + 1, longest, `a signed checkpoint counts ${longest} records, the log ends at ${last}`);
  }
  return { provenTo, holding };
}
