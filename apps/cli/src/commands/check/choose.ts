import { setMaxListeners } from 'node:events';
import { builtinChecks, runCheck, type CheckPlugin, type RunnableCheck } from '@cortex/checks';
import { targetKey, tierDefaults, type CheckOutcome, type Instance } from '@cortex/contracts';
import { CliError } from '../../core/cli-error.ts';
import { textOption, textOptions, type CommandInput } from '../../core/command.ts';
import { findConfiguration, requireConfiguration } from '../configuration.ts';
import { isTargetNamed } from '../target-of.ts';
import { optionDuration } from './option-duration.ts';
import { withParameters } from './parameters.ts';

/** A check that is ready to run any number of times. */
export interface ChosenCheck {
  readonly check: RunnableCheck;
  readonly run: () => Promise<CheckOutcome>;
}

interface Found {
  readonly registry: ReadonlyMap<string, CheckPlugin>;
  readonly outbound?: Parameters<typeof runCheck>[2]['outbound'];
  readonly checks: readonly { readonly check: RunnableCheck; readonly facts: Instance }[];
}

/** The named configured checks, or one built from `--type`; with the parameters and the timeout of the options. */
export async function chooseChecks(input: CommandInput): Promise<readonly ChosenCheck[]> {
  const type = textOption(input, 'type');
  const found = type === undefined ? await configured(input) : await madeUp(input, type);
  const { registry, outbound, checks } = found;
  const given = textOptions(input, 'param');
  const timeoutMs = optionDuration(input, 'timeout');
  const { signal } = input.context;
  // One listener for each check under way.
  setMaxListeners(0, signal);
  return checks.map(({ check, facts }) => {
    const plugin = registry.get(check.type);
    const isChanged = given.length > 0 || type !== undefined;
    const params = plugin !== undefined && isChanged ? withParameters(check, plugin, given) : check.params;
    const wanted = { ...check, params, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const options = { registry, now: () => new Date(), signal, ...(outbound === undefined ? {} : { outbound }) };
    return { check: wanted, run: () => runCheck(wanted, facts, options) };
  });
}

async function configured(input: CommandInput): Promise<Found> {
  const [name] = input.arguments;
  const isAll = input.options['all'] === true;
  if ((name === undefined) !== isAll) {
    throw new CliError(
      'CORTEX_CLI_USAGE',
      isAll ? `either "${name}" or --all` : 'which check?',
      'name a check, an instance or a service, or say --all, or try one out with --type',
      'usage',
    );
  }
  const { configuration, plugins } = await requireConfiguration(textOption(input, 'config'), input.context);
  const wanted = configuration.checks.filter(
    ({ name: own, target }) => isAll || own === name || isTargetNamed(target, name ?? ''),
  );
  if (wanted.length === 0) {
    throw new CliError(
      'CORTEX_CLI_NOT_FOUND',
      isAll ? 'no checks are configured' : `no check, instance or service "${name}"`,
      'list them with `cortex check list`',
      'notFound',
    );
  }
  const facts = new Map(
    configuration.services.flatMap((service) =>
      service.instances.map((instance) => [targetKey({ service: service.name, instance: instance.id }), instance]),
    ),
  );
  return {
    registry: plugins.checks,
    outbound: configuration.safety.outbound,
    checks: wanted.map((check) => {
      // The configuration is valid: every check has a known target.
      const known = facts.get(targetKey(check.target)) ?? { id: check.target.instance, host: 'localhost' };
      return { check, facts: known };
    }),
  };
}

/** With the plugins and the outbound policy of the configuration, where there is one. */
async function madeUp(input: CommandInput, type: string): Promise<Found> {
  if (input.arguments[0] !== undefined || input.options['all'] === true) {
    throw new CliError('CORTEX_CLI_USAGE', 'a configured check has its type', 'leave out --type, or the name', 'usage');
  }
  const file = findConfiguration(textOption(input, 'config'), input.context);
  const loaded = file === undefined ? undefined : await requireConfiguration(file, input.context);
  const registry = loaded?.plugins.checks ?? builtinChecks;
  const plugin = registry.get(type);
  if (plugin === undefined) {
    throw new CliError(
      'CORTEX_CLI_NOT_FOUND',
      `no check type "${type}"`,
      `use one of ${[...registry.keys()].sort().join(', ')}`,
      'notFound',
    );
  }
  const check: RunnableCheck = {
    name: type,
    type,
    tier: plugin.tier,
    target: { service: 'by-hand', instance: 'localhost' },
    params: {},
    timeoutMs: tierDefaults[plugin.tier].timeoutMs,
    retries: 0,
  };
  return {
    registry,
    ...(loaded === undefined ? {} : { outbound: loaded.configuration.safety.outbound }),
    checks: [{ check, facts: { id: 'localhost', host: 'localhost' } }],
  };
}
