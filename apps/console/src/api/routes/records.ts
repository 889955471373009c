import { verifyLive, type AuditVerdict } from '@cortex/audit';
import { z } from 'zod';
import { readDeadLetters } from '../../readers/dead-letters.ts';
import { AuditView, DeadLetterList } from '../../views/records.ts';
import { defineRoute, type AnyRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Limit } from '../forms.ts';

export function recordRoutes({ bus }: ApiDependencies): readonly AnyRoute[] {
  let running: Promise<AuditVerdict> | undefined;
  return [
    defineRoute({
      method: 'GET',
      path: '/audit/verify',
      tag: 'records',
      summary: 'Whether the audit chain is whole, from its first record to its last signed checkpoint',
      response: AuditView,
      handle: async () => {
        // Reading the whole chain is work: whoever asks meanwhile gets the same answer.
        running ??= verifyLive(bus).finally(() => (running = undefined));
        const { ok, entries, checkpoints, provenTo, problems } = await running;
        return { ok, entries, checkpoints, provenTo, problems: [...problems] };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/dead-letters',
      tag: 'records',
      summary: 'Messages that could not be handled, newest first, with the reason',
      query: z.strictObject({ limit: Limit.default(50) }),
      response: DeadLetterList,
      handle: async ({ query }) => ({ deadLetters: [...(await readDeadLetters(bus, query.limit))] }),
    }),
  ];
}
