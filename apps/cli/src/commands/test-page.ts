import { sendPage, type Page } from '@cortex/channels';
import type { CortexConfiguration } from '@cortex/contracts';
import { randomUuid, systemRuntime } from '@cortex/runtime';
import { CliError } from '../core/cli-error.ts';
import { requiredArgument, textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { configOption } from './configuration-file.ts';
import { requireConfiguration, type Plugins } from './configuration.ts';
import { personOf, byOption } from './who.ts';

interface TestedChannel {
  readonly channel: string;
  readonly delivered: boolean;
  readonly detail: string;
}

export const testPageCommand: CommandDefinition = {
  name: 'test-page',
  summary: 'Send one real page to a contact, through each of its channels, and say whether it arrived',
  arguments: [{ syntax: '<contact>', summary: 'as escalation.contacts names it' }],
  options: [configOption, byOption],
  examples: [
    { line: 'cortex test-page on_call', says: 'with the secrets of this shell, as cortex up would have them' },
    { line: 'cortex test-page on_call -o json', says: 'for a pipeline: exit code 1 when a channel did not deliver' },
  ],
  async run(input) {
    const { context } = input;
    const name = requiredArgument(input);
    const { configuration, plugins } = await requireConfiguration(textOption(input, 'config'), context);
    const contact = configuration.contacts.find((one) => one.name === name);
    if (contact === undefined) {
      const known = configuration.contacts.map((one) => one.name).join(', ');
      throw new CliError('CORTEX_CLI_NOT_FOUND', `no contact "${name}"`, `the contacts are ${known}`, 'notFound');
    }
    const page = testPage(name, personOf(input), configuration);
    const results: TestedChannel[] = [];
    for (const { type, params } of contact.channels) {
      results.push(await test(plugins.channels.get(type), type, params, page, context.note));
    }
    const delivered = results.every((result) => result.delivered);
    show(context, { contact: name, delivered, channels: results }, () =>
      results
        .map((result) => `${result.channel}  ${result.delivered ? 'delivered' : 'NOT delivered'}: ${result.detail}`)
        .join('\n'),
    );
    return delivered ? 'ok' : 'failed';
  },
};

async function test(
  plugin: ReturnType<Plugins['channels']['get']>,
  type: string,
  raw: unknown,
  page: Page,
  note: (text: string) => void,
): Promise<TestedChannel> {
  if (plugin === undefined) return { channel: type, delivered: false, detail: `no channel "${type}"` };
  const options = { runtime: systemRuntime, log: note };
  const { delivered, detail } = await sendPage(plugin, plugin.params.parse(raw), page, options);
  return { channel: type, delivered, detail };
}

function testPage(contact: string, by: string, { console: { publicUrl } }: CortexConfiguration): Page {
  const id = randomUuid(systemRuntime);
  return {
    kind: 'test',
    escalationId: `test-${id}`,
    incidentId: id,
    dedupeKey: `test-${id}`,
    level: 0,
    contact,
    service: 'cortex',
    severity: 'SEV3',
    title: `${by} tries whether pages reach ${contact}`,
    reason: 'a test page: nothing is wrong, and nothing is to be done',
    details: '',
    urgent: false,
    at: new Date().toISOString(),
    ...(publicUrl === undefined ? {} : { link: publicUrl }),
  };
}
