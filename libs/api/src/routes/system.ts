import { CheckTier } from '@cortex/contracts';
import { z } from 'zod';
import { Limit, NameFilter } from '../forms.ts';
import type { Route } from '../route.ts';
import { CheckList } from '../views/health.ts';
import { SeriesList } from '../views/series.ts';
import { Overview, Status, TargetList } from '../views/system.ts';

const tag = 'system';

export const systemRoutes = {
  status: { tag, summary: 'Connection, kill switch, services of Cortex that were seen, counts', response: Status },
  overview: {
    tag,
    summary:
      'The real-time dashboard: activity of the last hour, health score, services by severity, recent remediations',
    response: Overview,
  },
  targets: { tag, summary: 'The health of every configured target', response: TargetList },
  checks: {
    tag,
    summary: 'Every configured check with its newest results, failing ones first',
    query: z.strictObject({
      service: NameFilter,
      instance: NameFilter,
      tier: CheckTier.optional(),
      /** Only those whose last result is a failure. */
      failing: z.enum(['true', 'false']).default('false'),
      limit: Limit.default(200),
    }),
    response: CheckList,
  },
  series: {
    tag,
    summary: 'The series that arrived within the last ten minutes, each with its newest value',
    query: z.strictObject({ service: NameFilter, limit: Limit.default(200) }),
    response: SeriesList,
  },
} satisfies Record<string, Route>;
