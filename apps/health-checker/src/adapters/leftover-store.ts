import type { Bus } from '@cortex/bus';
import type { Leftover, Leftovers, RunnableCheck } from '@cortex/checks';
import { escapeToken, leftoverBucket, targetKey } from '@cortex/contracts';

/** The leftovers of each check of each target, in their bucket, so that the replica that runs the check next finds them. */
export async function openLeftovers(bus: Bus): Promise<(check: RunnableCheck) => Leftovers> {
  const bucket = await bus.bucket(leftoverBucket);
  return (check) => {
    const prefix = `${escapeToken(check.name)}.${targetKey(check.target)}`;
    return {
      async list() {
        const entries = await bucket.entries(`${prefix}.*`);
        return entries.map(({ key, value }): Leftover => ({ id: key.slice(prefix.length + 1), ...value }));
      },
      async write({ id, begun, variables, activeUntil }) {
        await bucket.put(`${prefix}.${id}`, { begun: [...begun], variables, activeUntil });
      },
      async remove(id) {
        await bucket.clear(`${prefix}.${id}`);
      },
    };
  };
}
