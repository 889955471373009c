import { CortexError } from '@cortex/errors';
import { freePort, noteMadeFolders } from '@cortex/local-stack';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareSmallDisk, type SmallDisk } from './small-disk.ts';

/** Everything that the demo prepared for this run: ports, folders, the filled-in configuration. */
export interface DemoSite {
  readonly dir: string;
  readonly configFile: string;
  readonly shopPort: number;
  readonly ledgerPort: number;
  readonly otlpPort: number;
  readonly ledgerData: string;
  readonly disk: SmallDisk;
  readonly pageSecret: string;
  readonly patientFile: string;
}

const soundLedger = JSON.stringify({ accounts: [{ id: 1, balance: 100 }] });

/** Writes the demo's configuration and data under `dir`. What an earlier run left there is removed. */
export async function prepareSite(dir: string, templates: string, pagePort: number): Promise<DemoSite> {
  for (const leftover of ['nats', 'data', 'logs', 'site', 'run/explanations'])
    rmSync(join(dir, leftover), { recursive: true, force: true });
  noteMadeFolders(dir, ['run', 'site']);
  noteMadeFolders(dir, ['disk'], 'target');
  const site = join(dir, 'site');
  mkdirSync(join(site, 'run'), { recursive: true });
  const [shopPort, ledgerPort, otlpPort] = await Promise.all([freePort(), freePort(), freePort()]);
  const disk = prepareSmallDisk(join(dir, 'disk'));
  const ledgerData = join(site, 'ledger.json');
  writeFileSync(ledgerData, soundLedger);
  const patientFile = join(templates, 'patient.mjs');
  const values: Readonly<Record<string, string>> = {
    NODE: process.execPath,
    PATIENT: patientFile,
    SHOP_PORT: String(shopPort),
    LEDGER_PORT: String(ledgerPort),
    OTLP_PORT: String(otlpPort),
    LEDGER_DATA: ledgerData,
    PAGE_URL: `http://127.0.0.1:${pagePort}/page`,
    DISK: disk.path,
    // Without a mount the patient reports its folder itself, and the collector the file system that the folder is on.
    DISKS: disk.isMount ? `[{ path: ${disk.path}, service: spool, instance: spool-1 }]` : `[{ path: ${dir} }]`,
  };
  cpSync(join(templates, 'playbooks'), join(site, 'playbooks'), { recursive: true });
  for (const name of readdirSync(join(site, 'playbooks')))
    fill(join(site, 'playbooks', name), join(site, 'playbooks', name), values);
  const configFile = join(site, 'cortex.yaml');
  fill(join(templates, 'cortex.yaml'), configFile, values);
  return {
    dir,
    configFile,
    shopPort,
    ledgerPort,
    otlpPort,
    ledgerData,
    disk,
    pageSecret: randomBytes(24).toString('hex'),
    patientFile,
  };
}

/** Replaces `${NAME}` by its value; a name without a value is a fault of the template. */
function fill(from: string, to: string, values: Readonly<Record<string, string>>): void {
  const text = readFileSync(from, 'utf8').replaceAll(/\$\{([A-Z_]+)\}/g, (_match, name: string) => {
    const value = values[name];
    if (value === undefined) throw new CortexError('CORTEX_DEMO_FAILED', `${from}: nothing to fill in for ${name}`);
    return value;
  });
  writeFileSync(to, text);
}
