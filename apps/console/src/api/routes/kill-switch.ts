import { controlChanged, draft } from '@cortex/contracts';
import { readKillSwitch, writeKillSwitch } from '../../readers/kill-switch.ts';
import { serveRoute, type ServedRoute } from '../define-route.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { publishOrFail } from '../publish.ts';

export function killSwitchRoutes({ bus, control, now }: ApiDependencies): readonly ServedRoute[] {
  return [
    serveRoute('killSwitch', {
      worksOffline: true,
      handle: async () => readKillSwitch(control, bus, now()),
    }),
    serveRoute('turnKillSwitch', {
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
