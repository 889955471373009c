import { nearestName } from '@cortex/conditions';
import { isExtension } from './extensions.ts';

type Keys = Readonly<Record<string, unknown>>;

/**
 * The same mapping with what stands under a mistyped key also under the key that was most likely meant, if that is not there
 * itself. Only names are read from it, so that `sevices` is one mistake, and not one more at every reference to a service.
 */
export function asMeant(keys: Keys, allowed: readonly string[]): Keys {
  const missing = allowed.filter((key) => !Object.hasOwn(keys, key));
  const mistyped = Object.keys(keys).filter((key) => !allowed.includes(key) && !isExtension(key));
  const meant = mistyped.flatMap((key) => {
    const nearest = nearestName(key, allowed);
    return nearest !== undefined && missing.includes(nearest) ? [[nearest, keys[key]] as const] : [];
  });
  return { ...keys, ...Object.fromEntries(meant) };
}
