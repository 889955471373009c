import { errorAreas } from '@cortex/errors';
import type { ErrorEntry } from '@cortex/errors';

/** docs/errors.md: every code with its cause and fix, from the catalogue. */
export function errorsPage(): string {
  const sections = errorAreas.map(({ title, says, entries }) => `## ${title}\n\n${says}\n\n${tableOf(entries)}`);
  return `# Errors

Generated from \`libs/errors/src/catalogue\` by \`npm run generate\`; a test fails when this page is stale, or when a code is
in the sources and not here.

Every error of Cortex has one of these codes: in the answers of the API (\`code\`), before the message on the command line
(with \`-o json\`: \`error.code\`), in the logs (\`err.code\`), and at each problem of a configuration. The message says what
happened this time, and often has a more exact fix than this page.

${sections.join('\n\n')}
`;
}

function tableOf(entries: Readonly<Record<string, ErrorEntry & { readonly status?: number }>>): string {
  const hasStatus = Object.values(entries).some(({ status }) => status !== undefined);
  const titles = ['code', ...(hasStatus ? ['HTTP'] : []), 'meaning', 'cause', 'fix'];
  const rows = Object.entries(entries).map(([code, { status, means, cause, fix }]) => [
    `\`${code}\``,
    ...(hasStatus ? [String(status ?? '')] : []),
    ...[means, cause, fix].map(escaped),
  ]);
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
