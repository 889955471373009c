import type { Bucket } from '@cortex/bus';
import type { Silence } from '@cortex/contracts';
import type { SilenceList } from '../views/silences.ts';

/** The silences as the other services see them now. */
export interface SilenceIndex {
  list(now: Date): SilenceList;
  stop(): Promise<void>;
}

export async function startSilenceIndex(
  bucket: Bucket<Silence>,
  onInvalid: (key: string, error: Error) => void,
): Promise<SilenceIndex> {
  const silences = new Map<string, Silence>();
  const unreadable = new Set<string>();
  const watching = await bucket.watch(
    (key, entry) => {
      unreadable.delete(key);
      if (entry === undefined) silences.delete(key);
      else silences.set(key, entry.value);
    },
    {
      onInvalid(key, error) {
        unreadable.add(key);
        silences.delete(key);
        onInvalid(key, error);
      },
    },
  );
  return {
    list(now) {
      const at = now.toISOString();
      const present = [...silences.values()].filter(({ endsAt, lifted }) => lifted === undefined && at < endsAt);
      return {
        silences: present.sort((left, right) => (left.endsAt < right.endsAt ? -1 : 1)),
        unreadable: [...unreadable].sort(),
      };
    },
    stop: () => watching.stop(),
  };
}
