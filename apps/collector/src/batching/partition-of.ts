const encoder = new TextEncoder();

/**
 * The partition of a service's instance: FNV-1a over its name, so that every collector agrees at any time. All series
 * of an instance share a partition, so that conditions over several of its metrics can be judged there.
 */
export function partitionOf(
  target: { readonly service: string; readonly instance?: string | undefined },
  partitions: number,
): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(`${target.service}|${target.instance ?? ''}`)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0) % partitions;
}
