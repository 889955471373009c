import { controlChanged, draft } from '@cortex/contracts';
import { z } from 'zod';
import { readKillSwitch, writeKillSwitch } from '../../readers/kill-switch.ts';
import { KillSwitchView } from '../../views/system.ts';
import { defineRoute, type AnyRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { By } from '../forms.ts';
import { publishOrFail } from '../publish.ts';

const SwitchForm = z.strictObject({ on: z.boolean(), by: By, reason: z.string().trim().min(1, 'say why').max(4_000) });

export function killSwitchRoutes({ bus, control, now }: ApiDependencies): readonly AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/kill-switch',
      worksOffline: true,
      tag: 'control',
      summary: 'Whether Cortex may act at all',
      response: KillSwitchView,
      handle: async () => readKillSwitch(control, bus, now()),
    }),
    defineRoute({
      method: 'PUT',
      path: '/kill-switch',
      tag: 'control',
      summary: 'Stop every new effect (on), or let Cortex act again (off); holds within a second and over restarts',
      body: SwitchForm,
      response: KillSwitchView,
      problems: ['CORTEX_API_BUS_UNAVAILABLE'],
      handle: async ({ body }) => {
        const record = await writeKillSwitch(control, { ...body, at: now().toISOString() });
        // Published even when nothing changed: the console may have died between an earlier write and its event.
        await publishOrFail(
          bus,
          draft(controlChanged, { service: 'cortex', data: { control: 'kill_switch', ...record } }),
        );
        return { ...record, readable: true };
      },
    }),
  ];
}
