import { leftOut } from './note.ts';
import type { Note } from './note.ts';
import type { Path } from './path.ts';
import { isMapping, ownValue } from './values.ts';
import type { Mapping } from './values.ts';

interface Setting {
  readonly why: string;
  readonly fix: string;
  /** Without it the endpoint cannot be checked as Gatus does. */
  readonly isNeeded?: boolean;
}

const display: Setting = { why: 'it changes what Gatus shows, not what it asks', fix: 'nothing to do' };
const ofSuites: Setting = { why: 'it belongs to suites', fix: 'see end_to_end_workflow in docs/plugins.md' };

const endpointSettings: Readonly<Record<string, Setting>> = {
  alerts: { why: 'Cortex tells people about incidents', fix: 'write contacts and policies below escalation' },
  'maintenance-windows': { why: 'Cortex has windows of its own', fix: 'write safety.maintenance_windows' },
  ui: display,
  'extra-labels': display,
  store: ofSuites,
  'always-run': ofSuites,
};

function needed(why: string, fix: string): Setting {
  return { why, fix, isNeeded: true };
}

const clientSettings: Readonly<Record<string, Setting>> = {
  'dns-resolver': needed('HTTP checks of Cortex ask the name servers of the machine', 'check that it resolves there'),
  oauth2: needed('HTTP checks of Cortex fetch no tokens', 'see end_to_end_workflow, which can log in first'),
  'identity-aware-proxy': needed('HTTP checks of Cortex fetch no tokens', 'see end_to_end_workflow'),
  kerberos: needed('HTTP checks of Cortex have no Kerberos', 'ask an address that needs none'),
  'proxy-url': needed('checks of Cortex use no proxy', 'run the health checker where it reaches the endpoint'),
  tls: needed('HTTP checks of Cortex present no certificate', 'ask an address that needs none'),
  tunnel: needed('checks of Cortex use no tunnel', 'run the health checker where it reaches the endpoint'),
  'store-cookies': needed('HTTP checks of Cortex keep no cookies between requests', 'see end_to_end_workflow'),
  network: { why: 'it is for ping alone', fix: 'nothing to do' },
};

const endpointKeys = new Set(
  'name group enabled url method body graphql headers interval conditions client dns ssh'.split(' '),
);
const clientKeys = new Set(['timeout', 'insecure', 'ignore-redirect']);

/** Every setting of an endpoint that is not translated; `stops`: one that the translation cannot do without. */
export function settingNotes(raw: Mapping, path: Path): { readonly notes: readonly Note[]; readonly stops: boolean } {
  const client = ownValue(raw, 'client');
  const found = [
    ...unknownKeys(raw, path, endpointKeys, endpointSettings),
    ...(isMapping(client) ? unknownKeys(client, [...path, 'client'], clientKeys, clientSettings) : []),
  ];
  return { notes: found.map(({ note }) => note), stops: found.some(({ isNeeded }) => isNeeded) };
}

function unknownKeys(
  raw: Mapping,
  path: Path,
  known: ReadonlySet<string>,
  settings: Readonly<Record<string, Setting>>,
): readonly { readonly note: Note; readonly isNeeded: boolean }[] {
  return Object.keys(raw)
    .filter((key) => !known.has(key) && !isUnset(raw[key]))
    .map((key) => {
      const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
      const { why, fix, isNeeded = false } = setting ?? { why: 'Gatus has no such setting', fix: 'check its spelling' };
      return { note: leftOut([...path, key], key, why, fix), isNeeded };
    });
}

/** Written out, but without effect. */
function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === false || value === '';
}
