import { CortexError } from '@cortex/errors';
import { defineAction } from '../../define-action.ts';
import type { ActionContext, ActionDefinition } from '../../define-action.ts';
import { RestartParams } from './params.ts';
import { processVariant } from './process-variant.ts';
import { systemdVariant } from './systemd-variant.ts';
import type { RestartVariant } from './variant.ts';

export interface RestartOptions {
  /** Absolute path of systemctl. */
  readonly systemctl: string;
}

/** Spec 4.1, for a plain process or a systemd unit, by the catalogue's entry. */
export function restartServiceWith(options: RestartOptions): ActionDefinition<typeof RestartParams> {
  const variantOf = (context: ActionContext): RestartVariant => {
    const { process, systemd } = context.facts;
    if (process !== undefined) return processVariant({ target: context.target, facts: process });
    if (systemd !== undefined) return systemdVariant(systemd.unit, options.systemctl);
    throw new UnknownServiceError(context);
  };
  return defineAction({
    name: 'restart_service',
    summary: 'Ends a process and starts it again, or restarts its systemd unit',
    params: RestartParams,
    riskLevel: 'medium',
    onAmbiguous: 'probe',
    reversible: true,
    // A restart is not idempotent, because each is an interruption; but ensuring that it runs may be repeated.
    idempotent: false,
    isUndoIdempotent: true,
    async guard(params, context) {
      const { process, systemd } = context.facts;
      if (process === undefined && systemd === undefined) return new UnknownServiceError(context).message;
      const names = [
        context.target.service,
        context.target.instance,
        systemd?.unit,
        systemd?.unit.slice(0, -'.service'.length),
      ];
      if (params.service_name !== undefined && !names.includes(params.service_name)) {
        return `service_name is "${params.service_name}", but the target is ${context.target.service}`;
      }
      return variantOf(context).guard();
    },
    observe: (_params, context) => variantOf(context).observe(),
    act: (params, context, before) => variantOf(context).act(params, context, before),
    dryRun: (_params, context) => variantOf(context).dryRun(),
    probe: (_params, context, before) => variantOf(context).probe(before),
    undo: (params, context) => variantOf(context).undo(params, context),
  });
}

export const restartService = restartServiceWith({ systemctl: '/usr/bin/systemctl' });

class UnknownServiceError extends CortexError {
  constructor({ target }: ActionContext) {
    super(
      'CORTEX_ACTION_NO_SERVICE_FACTS',
      `nothing says how ${target.service}/${target.instance} is run: give the instance a process or a systemd unit in the catalogue`,
    );
  }
}
