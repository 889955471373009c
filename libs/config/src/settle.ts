/**
 * Makes a configuration final: keys without a value are dropped, so that it survives JSON unchanged (playbooks travel
 * in events), and all of it is frozen, so that no user of it can change it for another.
 */
export function settle<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    if (holder[key] === undefined) delete holder[key];
    else settle(holder[key]);
  }
  return Object.freeze(value);
}
