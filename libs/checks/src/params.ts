import { parseDuration, QuantityError } from '@cortex/conditions';
import { isSecretReference } from '@cortex/secrets';
import { z } from 'zod';

/** Parameters that several checks share. An empty name or list never parses: it must not read as "all" or "none". */
export const Port = z.number().int().min(1).max(65_535);
export const Host = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[^\s/?#@]+$/, 'a host name or address');
export const AbsolutePath = z.string().startsWith('/', 'must be an absolute path').max(4_096);

/** `5s`, in milliseconds; longer than nothing, and at most so long. */
export function DurationUpTo(longest: string) {
  return z.string().transform((text, context): number => {
    try {
      const milliseconds = parseDuration(text);
      if (milliseconds > 0 && milliseconds <= parseDuration(longest)) return milliseconds;
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
    }
    context.addIssue({ code: 'custom', message: `must be a duration of at most ${longest}, such as 5s` });
    return z.NEVER;
  });
}

/** `10m`, in milliseconds. */
export const Duration = DurationUpTo('365d');

/** One absolute path, or several. */
export const AbsolutePaths = z.union([AbsolutePath, z.array(AbsolutePath).min(1)]);

/** Points at a secret: `env:NAME` or `file:/path`. */
export const SecretReference = z
  .string()
  .max(4_096)
  .refine(isSecretReference, 'must be a reference, env:NAME or file:/path, never the secret itself');

export const KubernetesName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'a name of Kubernetes');
