import { displayName } from './read-endpoint.ts';
import { leftOut } from './note.ts';
import type { Note } from './note.ts';
import { isMapping, ownValue, textOf } from './values.ts';
import type { Mapping } from './values.ts';

/** The sections of a Gatus file beside `endpoints`: why each is left out, and the equivalent in Cortex. */
export const sections: Readonly<Record<string, { readonly why: string; readonly fix: string }>> = {
  'external-endpoints': {
    why: 'others push to it, and Cortex asks',
    fix: 'send telemetry or alerts: docs/telemetry.md',
  },
  suites: { why: 'its steps pass values on', fix: 'write an end_to_end_workflow: docs/plugins.md' },
  alerting: { why: 'Cortex tells people about incidents', fix: 'write contacts and policies below escalation' },
  maintenance: { why: 'Cortex has windows of its own', fix: 'write safety.maintenance_windows' },
  ui: { why: 'Cortex has a console of its own', fix: 'nothing to do' },
  web: { why: 'Cortex has a console of its own', fix: 'write host and port below console' },
  storage: { why: 'Cortex keeps its state in JetStream', fix: 'nothing to do' },
  security: { why: 'the console of Cortex has a token', fix: 'see CORTEX_API_TOKEN in docs/operations.md' },
  metrics: { why: 'Cortex always exposes its metrics', fix: 'see docs/operations.md' },
  concurrency: { why: 'Cortex has a limit of its own', fix: 'see docs/operations.md' },
  'disable-monitoring-lock': { why: 'Cortex has a limit of its own', fix: 'nothing to do' },
  'skip-invalid-config-update': { why: 'Cortex never starts on a wrong file', fix: 'nothing to do' },
  announcements: { why: 'the console of Cortex shows none', fix: 'nothing to do' },
  tunneling: { why: 'checks of Cortex use no tunnel', fix: 'run the health checker where it reaches the endpoints' },
  connectivity: { why: 'Cortex holds back when many services fail at once', fix: 'see safety.storm' },
  remote: { why: 'Cortex does not ask other instances of Gatus', fix: 'import their files, too' },
};

const mostListed = 1_000;
const entryLists = ['external-endpoints', 'suites'];

/** One note for each section that is left out, and one for each entry of a list of things to watch. */
export function sectionNotes(root: Mapping): readonly Note[] {
  return Object.keys(root)
    .filter((key) => key !== 'endpoints')
    .flatMap((key) => {
      const known = Object.hasOwn(sections, key) ? sections[key] : undefined;
      const { why, fix } = known ?? {
        why: 'it is no section of Gatus',
        fix: 'nothing to do, if it only holds anchors',
      };
      const entries = ownValue(root, key);
      if (!entryLists.includes(key) || !Array.isArray(entries) || entries.length > mostListed) {
        return [leftOut([key], key, why, fix)];
      }
      return entries.map((entry: unknown, index) => leftOut([key, index], entryName(entry), why, fix));
    });
}

/** The name of an entry, whatever its other mistakes. */
export function entryName(entry: unknown): string {
  const raw = isMapping(entry) ? entry : {};
  return displayName({ group: textOf(ownValue(raw, 'group')) ?? '', name: textOf(ownValue(raw, 'name')) ?? 'unnamed' });
}
