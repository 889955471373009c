import { CheckTier } from '@cortex/contracts';
import { z } from 'zod';
import { CheckList } from '../../views/health.ts';
import { defineRoute, type AnyRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Limit } from '../forms.ts';

export function healthRoutes({ checks, now }: ApiDependencies): readonly AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/health/checks',
      worksOffline: true,
      tag: 'system',
      summary: 'Every configured check with its newest results, failing ones first',
      query: z.strictObject({
        service: z.string().min(1).max(128).optional(),
        instance: z.string().min(1).max(128).optional(),
        tier: CheckTier.optional(),
        /** Only those whose last result is a failure. */
        failing: z.enum(['true', 'false']).default('false'),
        limit: Limit.default(200),
      }),
      response: CheckList,
      handle: async ({ query: { failing, limit, ...filter } }) =>
        checks.list({ ...filter, failing: failing === 'true' }, limit, now()),
    }),
  ];
}
