import type { Bucket } from '@cortex/bus';
import { maxSilences, type Silence } from '@cortex/contracts';

/** Ended silences are kept this long: lifting one again gets a proper answer, and services that lag behind see it. */
const keptAfterEndMs = 60 * 60_000;

/** Writes a silence. An existing one is not changed. Undefined when there are too many. */
export async function writeSilence(bucket: Bucket<Silence>, wanted: Silence): Promise<Silence | undefined> {
  const entries = await bucket.entries();
  const oldest = new Date(Date.parse(wanted.createdAt) - keptAfterEndMs).toISOString();
  const over = entries.filter(({ value: { endsAt, lifted } }) => (lifted?.at ?? endsAt) < oldest);
  await Promise.all(over.map(({ key }) => bucket.clear(key)));
  const isKnown = entries.some(({ key }) => key === wanted.id);
  if (!isKnown && entries.length - over.length >= maxSilences) return undefined;
  const written = await bucket.modify(wanted.id, (current) =>
    current === undefined || current.lifted !== undefined ? wanted : undefined,
  );
  return written?.value;
}

export type Lifting =
  { readonly kind: 'lifted' | 'over'; readonly silence: Silence } | { readonly kind: 'removed' | 'unknown' };

/** Ends a silence now. Lifting a lifted one keeps who lifted it first; an unreadable record is removed. */
export async function liftSilence(bucket: Bucket<Silence>, id: string, by: string, at: string): Promise<Lifting> {
  let silence: Silence | undefined;
  try {
    const written = await bucket.modify(id, (current) => {
      const isOver = current === undefined || current.lifted !== undefined || current.endsAt <= at;
      return isOver ? undefined : { ...current, lifted: { by, at } };
    });
    silence = written?.value;
  } catch (error) {
    if (await isReadable(bucket, id)) throw error;
    await bucket.delete(id);
    return { kind: 'removed' };
  }
  if (silence === undefined) return { kind: 'unknown' };
  return { kind: silence.lifted === undefined ? 'over' : 'lifted', silence };
}

/** False only when the record itself is unreadable. */
async function isReadable(bucket: Bucket<Silence>, id: string): Promise<boolean> {
  const [keys, entries] = await Promise.all([bucket.keys(id), bucket.entries(id)]);
  return keys.length === entries.length;
}
