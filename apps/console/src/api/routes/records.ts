import { verifyLive, type AuditVerdict } from '@cortex/audit';
import { readDeadLetters } from '../../readers/dead-letters.ts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';

export function recordRoutes({ bus }: ApiDependencies): readonly ServedRoute[] {
  let running: Promise<AuditVerdict> | undefined;
  return [
    serveRoute('auditVerdict', {
      handle: async () => {
        // Reading the whole chain is expensive: concurrent requests share one result.
        running ??= verifyLive(bus).finally(() => (running = undefined));
        const { ok, entries, checkpoints, provenTo, problems } = await running;
        return { ok, entries, checkpoints, provenTo, problems: [...problems] };
      },
    }),
    serveRoute('deadLetters', {
      handle: async ({ query }) => ({ deadLetters: [...(await readDeadLetters(bus, query.limit))] }),
    }),
  ];
}
