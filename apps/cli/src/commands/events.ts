import { shortId } from '@cortex/api';
import type { Envelope } from '@cortex/contracts';
import { followEvents } from '../api/follow-events.ts';
import { CliError } from '../core/cli-error.ts';
import { textOption, type CommandDefinition, type CommandInput } from '../core/command.ts';
import { printable } from '../output/table.ts';

export const eventsCommand: CommandDefinition = {
  name: 'events',
  summary: 'Show events: those of the last 15 minutes, or live',
  options: [
    { flags: '-f, --follow', summary: 'go on with what happens, until Ctrl-C' },
    { flags: '--type <types>', summary: 'names or families, separated by commas: incident.*,decision.made' },
    { flags: '--service <name>', summary: 'events about this service' },
    { flags: '--incident <id>', summary: 'events of this incident; four characters of its id are enough' },
    { flags: '--since <time>', summary: 'past events since then: an ISO time, or a span such as 90s, 15m, 2h' },
    { flags: '--limit <number>', summary: 'at most so many past events, the newest' },
  ],
  examples: [
    { line: 'cortex events --follow', says: 'watch Cortex work' },
    { line: 'cortex events --type "incident.*" --since 2h', says: 'incidents of the last two hours' },
    { line: 'cortex events --follow --incident 5f3c07d1 -o json', says: 'one incident, one JSON object a line' },
  ],
  async run(input) {
    const { context } = input;
    const print = (event: Envelope): void =>
      context.print(context.output === 'json' ? JSON.stringify(event) : eventLine(event));
    const query = filterOf(input);
    const since = sinceOf(textOption(input, 'since'));
    const shown = new Set<string>();
    if (input.options['follow'] !== true || since !== undefined) {
      const past = await context.api.call('events', {
        query: { ...query, since, limit: textOption(input, 'limit') },
      });
      for (const event of past.events) {
        shown.add(event.id);
        print(event);
      }
    } else {
      // Fails at once, and with the right code, when the console does not answer or a filter is wrong.
      await context.api.call('events', { query: { ...query, since: new Date().toISOString(), limit: 1 } });
    }
    if (input.options['follow'] !== true) return 'ok';
    const onEvent = (event: Envelope): void => {
      // A stream that reconnects repeats a little; remembering a few thousand ids is enough to drop that.
      if (shown.has(event.id)) return;
      shown.add(event.id);
      if (shown.size > 10_000) shown.delete([...shown][0] ?? '');
      print(event);
    };
    await followEvents(context.api.url, onEvent, context.signal, query, context.api.headers).ended;
    return 'ok';
  },
};

function filterOf(input: CommandInput): Record<string, string> {
  const names = ['type', 'service', 'incident'];
  return Object.fromEntries(
    names
      .flatMap((name) => [[name, textOption(input, name)]])
      .filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function sinceOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const at = amount === undefined ? new Date(text) : new Date(Date.now() - Number(amount) * (unitMs[unit] ?? 0));
  if (!Number.isNaN(at.getTime())) return at.toISOString();
  throw new CliError(
    'CORTEX_CLI_BAD_TIME',
    `"${text}" is no moment`,
    'write 90s, 15m, 2h, 3d, or an ISO time',
    'usage',
  );
}

/** Time, type, service, and the most telling words. */
function eventLine(event: Envelope): string {
  const data = fieldsOf(event.data);
  const about = ['incident', 'decision', 'result', 'silence'].find((name) => data[name] !== undefined);
  const nested = about === undefined ? data : fieldsOf(data[about]);
  const telling = [
    'title',
    'change',
    'outcome',
    'state',
    'to',
    'check',
    'metric',
    'playbookId',
    'by',
    'reason',
    'detail',
    'explanation',
    'action',
  ];
  const words = [...new Set([data, nested])].flatMap((source) =>
    telling.flatMap((key) => (typeof source[key] === 'string' && source[key] !== '' ? [source[key]] : [])),
  );
  const incident = event.incidentid === undefined ? '-'.padEnd(8) : shortId(event.incidentid);
  return printable(
    `${event.time}  ${incident}  ${event.type.padEnd(28)}  ${event.subject.padEnd(14)}  ${[...new Set(words)].slice(0, 4).join(' · ')}`.trimEnd(),
  );
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
