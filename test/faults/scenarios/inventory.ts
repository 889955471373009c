import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually, startProcess } from '@cortex/testing';
import { parse, stringify } from 'yaml';
import { killPatient, untilHealthy } from '../../system/support/site.ts';
import { onCortex, type Scenario } from '../scenario.ts';
import { effectsOn } from '../site/effects.ts';
import type { FaultSite } from '../site/fault-site.ts';

interface Named {
  readonly name?: string;
  readonly service?: string;
}

export const inventoryHalves: Scenario = {
  id: 'F24',
  title: 'half of the inventory is gone from one moment to the next',
  inject: 'a reload of a configuration with half of the services; one of those that are gone and one that is left die',
  invariants: ['INV-2', 'INV-5', 'INV-7', 'INV-8', 'INV-9'],
  isQuick: false,
  run: onCortex({ patients: 4 }, async ({ site, chance, claim }) => {
    await untilHealthy(site);
    const [kept, , gone] = site.patients;
    if (kept === undefined || gone === undefined) throw new RangeError('four patients');
    await reloadWithout(site, new Set(site.patients.slice(2).map(({ service }) => service)));
    killPatient(gone);
    await pause(chance.between(0, 500));
    killPatient(kept);
    const endedMs = Date.now();
    const isHealed = await eventually(() => effectsOn([kept]).length > 0, { timeoutMs: 30_000 }).catch(() => false);
    claim('INV-8', isHealed, 'what is left was not healed');
    await pause(3_000);
    claim('INV-5', effectsOn([gone]).length === 0, 'something was done to what nobody names any more');
    return endedMs + 3_000;
  }),
};

/** As a user does it, by the command. */
async function reloadWithout(site: FaultSite, services: ReadonlySet<string>): Promise<void> {
  const configuration = parse(readFileSync(site.configFile, 'utf8')) as { services: Named[]; checks: Named[] };
  configuration.services = configuration.services.filter(({ name = '' }) => !services.has(name));
  configuration.checks = configuration.checks.filter(({ service = '' }) => !services.has(service));
  writeFileSync(site.configFile, stringify(configuration));
  const command = startProcess(
    [process.execPath, join('apps', 'cli', 'dist', 'main.js'), 'reload', '--config', site.configFile],
    { env: { CORTEX_URL: site.stack.consoleUrl, CORTEX_BY: 'fault matrix' } },
  );
  const status = await command.exited;
  if (status !== 0) throw new Error(`the reload failed: ${command.lines.join('\n')}`);
}
