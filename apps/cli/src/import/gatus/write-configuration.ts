import { Document, isMap, isSeq } from 'yaml';
import { printable } from '../../output/table.ts';
import type { LocatedNote } from './locate-notes.ts';
import type { Import } from './translate-gatus.ts';

/** The configuration as a person would write it, with what was left out as comments. */
export function writeConfiguration(found: Import, elsewhere: readonly LocatedNote[], gatusFile: string): string {
  const document = new Document({
    version: 1,
    ...(found.services.length === 0 ? {} : { services: found.services.map(serviceEntry) }),
    ...(found.checks.length === 0 ? {} : { checks: found.checks.map(({ entry }) => entry) }),
  });
  const checks = document.get('checks');
  for (const [index, { notes }] of found.checks.entries()) {
    const node = isSeq(checks) ? checks.items[index] : undefined;
    if (isMap(node) && notes.length > 0) {
      node.commentBefore = notes.map(({ what, why }) => comment(`not as in Gatus: ${what}: ${why}`)).join('\n');
    }
  }
  document.commentBefore = head(found, gatusFile).map(comment).join('\n');
  if (elsewhere.length > 0) {
    const lines = elsewhere.map(({ line, endpoint, what, why }) =>
      [`line ${line}`, endpoint, what, why].filter((part) => part !== undefined).join(': '),
    );
    document.comment = ['Not translated:', ...lines].map(comment).join('\n');
  }
  return document.toString({ lineWidth: 0 });
}

function head({ variables, moved }: Import, gatusFile: string): readonly string[] {
  return [
    `Imported from ${gatusFile}. Cortex watches these services; take remediate: false out where it may act.`,
    ...(variables.length === 0 ? [] : [`Environment variables that must be set: ${variables.join(', ')}`]),
    ...moved.map(({ variable, header }) => `${variable} holds the header ${header}, which stood in the file itself`),
  ];
}

function serviceEntry({ name, hosts }: Import['services'][number]) {
  return { name, remediate: false, instances: hosts.map((host) => ({ id: host, host })) };
}

function comment(text: string): string {
  return ` ${printable(text)}`;
}
