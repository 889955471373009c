import { BucketMirror } from '@cortex/bus';
import type { Bucket } from '@cortex/bus';
import type { Silence } from '@cortex/contracts';
import type { SilenceList } from '@cortex/api';

/** The silences as the other services see them now. */
export interface SilenceIndex {
  list(now: Date): SilenceList;
  stop(): Promise<void>;
}

export async function startSilenceIndex(
  bucket: Bucket<Silence>,
  onInvalid: (key: string, error: Error) => void,
): Promise<SilenceIndex> {
  const mirror = new BucketMirror(bucket);
  const watching = await mirror.watch(onInvalid);
  return {
    list(now) {
      const at = now.toISOString();
      const present = [...mirror.values]
        .filter(([key, { endsAt, lifted }]) => !mirror.unreadable.has(key) && lifted === undefined && at < endsAt)
        .map(([, silence]) => silence);
      return {
        silences: present.sort((left, right) => (left.endsAt < right.endsAt ? -1 : 1)),
        unreadable: [...mirror.unreadable.keys()].sort(),
      };
    },
    stop: () => watching.stop(),
  };
}
