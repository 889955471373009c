import { IdParams, LiftForm, SilenceForm, SwitchForm, UnfreezeForm } from '../forms.ts';
import type { Route } from '../route.ts';
import { SilenceList, SilenceView } from '../views/silences.ts';
import { KillSwitchView, UnfreezeView } from '../views/system.ts';

const tag = 'control';

export const controlRoutes = {
  killSwitch: { tag, summary: 'Whether Cortex may act at all', response: KillSwitchView },
  turnKillSwitch: {
    tag,
    summary: 'Stop every new effect (on), or let Cortex act again (off); holds within a second and over restarts',
    body: SwitchForm,
    response: KillSwitchView,
  },
  silences: {
    tag,
    summary: 'What is left alone now or will be, the first to end first',
    response: SilenceList,
  },
  silence: {
    tag,
    summary: 'Leave a service, an instance or a check alone for a while; asking twice is the same as asking once',
    body: SilenceForm,
    response: SilenceView,
    status: 201,
  },
  unsilence: {
    tag,
    summary: 'End a silence now; saying it twice is the same as saying it once',
    params: IdParams,
    body: LiftForm,
    response: SilenceView,
  },
  unfreeze: {
    tag,
    summary: 'Let Cortex act again on targets that flapping froze; lifting twice is the same as lifting once',
    body: UnfreezeForm,
    response: UnfreezeView,
  },
} satisfies Record<string, Route>;
