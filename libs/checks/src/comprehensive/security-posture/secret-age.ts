import { stat } from 'node:fs/promises';
import { CortexError } from '@cortex/errors';
import { isOutboundRefusal } from '@cortex/outbound';
import { z } from 'zod';
import type { CheckContext } from '../../define-check.ts';
import { openCluster, refusalOf, statusOf } from '../../kubernetes/cluster.ts';
import { AbsolutePath, KubernetesName } from '../../params.ts';

/** A secret whose last change can be determined without reading its content. */
export const DatedSecret = z.union([
  /** A file: when it was last written. */
  AbsolutePath,
  z.strictObject({ name: z.string().min(1).max(253), rotated_at: z.iso.datetime({ offset: true }).or(z.iso.date()) }),
  z.strictObject({
    kubernetes_secret: KubernetesName,
    namespace: KubernetesName.default('default'),
    /** Holds the date of the last rotation. Without it: when the secret was made. */
    annotation: z.string().min(1).max(320).default('cortex/rotated-at'),
    kubeconfig: AbsolutePath.optional(),
    context: z.string().min(1).max(253).optional(),
  }),
]);
export type DatedSecret = z.output<typeof DatedSecret>;

export function secretName(secret: DatedSecret): string {
  if (typeof secret === 'string') return secret;
  return 'name' in secret ? secret.name : `${secret.namespace}/${secret.kubernetes_secret}`;
}

export async function rotatedAt(
  secret: DatedSecret,
  context: Pick<CheckContext, 'signal' | 'outbound' | 'redactor'>,
): Promise<Date> {
  if (typeof secret === 'string') return (await stat(secret)).mtime;
  if ('name' in secret) return new Date(secret.rotated_at);
  const { kubernetes_secret: name, namespace, annotation, kubeconfig, context: kubeContext } = secret;
  const cluster = await openCluster({ kubeconfig, context: kubeContext }, context, metadataOnly);
  try {
    const { metadata } = await cluster.core.readNamespacedSecret({ name, namespace }, cluster.call);
    const noted = metadata?.annotations?.[annotation];
    return new Date(noted ?? metadata?.creationTimestamp ?? Number.NaN);
  } catch (error) {
    if (context.signal.aborted || isOutboundRefusal(error)) throw error;
    throw new CortexError('CORTEX_CHECK_NOT_MADE', statusOf(error) === 404 ? 'it does not exist' : refusalOf(error), {
      cause: error,
    });
  }
}

/** Asks for everything but the content. */
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
