import type { Target } from '@cortex/contracts';

/** What `shop`, or one instance of it, `shop/shop-1`, names. */
export function targetOf(text: string): { readonly service: string; readonly instance?: string } {
  const [service = '', ...rest] = text.split('/');
  return rest.length === 0 ? { service } : { service, instance: rest.join('/') };
}

/** Whether a name means this target: its service, its instance, or both, `shop/shop-1`. */
export function isTargetNamed({ service, instance }: Target, name: string): boolean {
  return name === service || name === instance || name === `${service}/${instance}`;
}
