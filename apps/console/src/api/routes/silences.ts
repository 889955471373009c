import { controlChanged, draft, maxSilences, type EventDraft, type Silence } from '@cortex/contracts';
import { liftSilence, writeSilence } from '../../readers/silences.ts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem, notFound } from '../problems.ts';
import { publishOrFail } from '../publish.ts';
import { assertKnown, silenceOf } from '../silence-form.ts';

export function silenceRoutes({ bus, config, silences, silenceIndex, now }: ApiDependencies): readonly ServedRoute[] {
  return [
    serveRoute('silences', {
      worksOffline: true,
      handle: async () => silenceIndex.list(now()),
    }),
    serveRoute('silence', {
      problems: [
        'CORTEX_API_NOT_FOUND',
        'CORTEX_SILENCE_BAD_TIME',
        'CORTEX_SILENCE_LIMIT',
        'CORTEX_API_BUS_UNAVAILABLE',
      ],
      handle: async ({ body }) => {
        assertKnown(config, body);
        const silence = await writeSilence(silences, silenceOf(body, now()));
        if (silence === undefined) throw tooMany();
        // Published even when it was there: the console may have died between an earlier write and its event.
        await publishOrFail(bus, changed('created', silence));
        return { silence, detail: `silence ${silence.id} until ${silence.endsAt}` };
      },
    }),
    serveRoute('unsilence', {
      problems: ['CORTEX_API_NOT_FOUND', 'CORTEX_API_BUS_UNAVAILABLE'],
      handle: async ({ params, body }) => {
        const id = idOf(params.id);
        const lifting = await liftSilence(silences, id, body.by, now().toISOString());
        switch (lifting.kind) {
          case 'unknown':
            throw unknownSilence(params.id);
          case 'removed':
            return { detail: `silence ${id} could not be read, and is gone` };
          case 'over':
            return { silence: lifting.silence, detail: `silence ${id} ended at ${lifting.silence.endsAt}` };
          case 'lifted':
            await publishOrFail(bus, changed('lifted', lifting.silence));
            return { silence: lifting.silence, detail: `silence ${id} was lifted by ${lifting.silence.lifted?.by}` };
          default: {
            const impossible: never = lifting;
            throw new TypeError(String(impossible));
          }
        }
      },
    }),
  ];
}

function idOf(text: string): string {
  if (!/^[0-9a-f]{12}$/.test(text)) throw unknownSilence(text);
  return text;
}

function unknownSilence(id: string): ApiProblem {
  return notFound('silence', id, 'list them with GET /api/v1/silences (cortex get silences); what ended is forgotten');
}

function tooMany(): ApiProblem {
  return new ApiProblem(
    'CORTEX_SILENCE_LIMIT',
    `there are ${maxSilences} silences already`,
    'those that ended within the last hour count too',
    'silence a whole service instead of each instance, or lift what is not needed (cortex get silences)',
  );
}

function changed(action: 'created' | 'lifted', silence: Silence): EventDraft {
  return draft(controlChanged, { service: silence.service, data: { control: 'silence', action, silence } });
}
