import type { ByForm } from '@cortex/api';
import {
  breakerChanged,
  countOutcomes,
  draft,
  type BreakerRecord,
  type EventDraft,
  type SafetyPolicy,
} from '@cortex/contracts';
import { resetBreaker } from '@cortex/suppression';
import { readPlaybooks } from '../../readers/playbooks.ts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem, notFound } from '../problems.ts';
import { publishOrFail } from '../publish.ts';

export function playbookRoutes(dependencies: ApiDependencies): readonly ServedRoute[] {
  const { breakers, bus, config, now } = dependencies;
  return [
    serveRoute('playbooks', {
      handle: async () => ({ playbooks: [...(await readPlaybooks(dependencies))] }),
    }),
    serveRoute('resetBreaker', {
      problems: [
        'CORTEX_API_NOT_FOUND',
        'CORTEX_BREAKER_CLOSED',
        'CORTEX_BREAKER_COOLING_DOWN',
        'CORTEX_API_BUS_UNAVAILABLE',
      ],
      handle: async ({ params, query, body }) => {
        const isKnown = config.playbooks.some((playbook) => playbook.id === params.playbook);
        const unknown = notFound(
          'playbook',
          params.playbook,
          'list them with GET /api/v1/playbooks (cortex get playbooks)',
        );
        if (!isKnown) throw unknown;
        const at = now();
        const open = (await breakers.entries()).filter(
          ({ value }) =>
            value.playbookId === params.playbook &&
            value.state === 'open' &&
            (query.service === undefined || value.service === undefined || value.service === query.service),
        );
        if (open.length === 0) throw notOpen();
        const closed: BreakerRecord[] = [];
        for (const { key } of open) {
          let before: BreakerRecord | undefined;
          const written = await breakers.modify(key, (current) => {
            before = current;
            return closeBreaker(current, config.safety.breaker, at);
          });
          if (written === undefined || before === undefined) throw unknown;
          await publishOrFail(bus, breakerReset(before, body, at));
          closed.push(written.value);
        }
        return { breakers: closed };
      },
    }),
  ];
}

function breakerReset(before: BreakerRecord, { by, comment }: ByForm, at: Date): EventDraft {
  const reason = comment === '' ? `reset by ${by}` : comment;
  const { playbookId, service } = before;
  const of = service === undefined ? { playbookId } : { playbookId, service };
  const data = { ...of, state: 'closed' as const, reason, by, outcomes: countOutcomes(before) };
  return draft(breakerChanged, { service: service ?? 'cortex', data: { ...data, at: at.toISOString() } });
}

/** A closed breaker without outcomes. Throws when it is not open, or too soon. */
function closeBreaker(current: BreakerRecord | undefined, policy: SafetyPolicy['breaker'], now: Date): BreakerRecord {
  const reset = current === undefined ? undefined : resetBreaker(current, now.toISOString(), policy);
  if (reset?.ok === true) return reset.breaker;
  if (reset === undefined || reset.reason === 'not_open') throw notOpen();
  throw new ApiProblem(
    'CORTEX_BREAKER_COOLING_DOWN',
    `the breaker may be reset from ${reset.notBefore} on`,
    current?.reason ?? 'the playbook failed too often',
    'use the time to find out why the playbook did not help; heal by hand meanwhile',
  );
}

function notOpen(): ApiProblem {
  return new ApiProblem(
    'CORTEX_BREAKER_CLOSED',
    'the breaker is not open',
    'the playbook may be used',
    'nothing needs to be done',
  );
}
