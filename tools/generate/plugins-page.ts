import { builtinActions } from '@cortex/actions';
import { builtinChannels } from '@cortex/channels';
import { builtinChecks } from '@cortex/checks';
import { z } from 'zod';

interface Parameter {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Parameter[];
  readonly items?: Parameter;
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Parameter>>;
  readonly required?: readonly string[];
}

/** docs/plugins.md: every action, check and channel with its parameters, from their schemas. */
export function pluginsPage(): string {
  const actions = sorted(builtinActions).map((action) =>
    section(action, [
      `Risk ${action.riskLevel}. ${action.reversible ? 'Can be undone' : 'Cannot be undone'}; after a crash in the middle: ${action.onAmbiguous ?? 'as the step says in `on_ambiguous`'}.`,
    ]),
  );
  const checks = sorted(builtinChecks).map((check) =>
    section(check, [`Tier ${check.tier}.`], [...failuresOf(check.failures), ...exampleOf(check.example)]),
  );
  const channels = sorted(builtinChannels).map((channel) => section(channel, []));
  return `# Actions, checks and channels

Generated from the registries of \`libs/actions\`, \`libs/checks\` and \`libs/channels\` by \`npm run generate\`; a test fails
when this page is stale. \`cortex plugins\` lists those of your own folders too.

## Actions

Actions of your own (\`*.action.mjs\`) make their effects, \`act\` and \`undo\`, in a process of their own, one for each effect, which the
executor starts; \`guard\`, \`observe\`, \`probe\` and \`dryRun\` run in the executor. Over goes a copy of the parameters, of
\`target\`, \`facts\`, \`executionId\` and \`token\` of the context, and of what \`observe\` returned; \`signal\`, \`stopRequest\` and \`log\` work
as they do elsewhere; back comes the result. Variables of the module are not shared, and what is still under way when the result is returned
ends. An action that has not ended 3 s after its \`signal\` aborted is killed with all that it started, before its target is given
to another: its effect is then in doubt.

${actions.join('\n\n')}

## Checks

Under "says" stand the causes that a check names when it fails; \`…\` is what was seen. Every check may also end with
\`no answer within … ms\`, its timeout. With \`… broke: …\`, \`the parameters of … are wrong: …\` or
\`this machine was too busy to look: … ms\` it could not be made: that proves nothing about the target.

${checks.join('\n\n')}

## Channels

${channels.join('\n\n')}
`;
}

interface Plugin {
  readonly name: string;
  readonly summary: string;
  readonly params: z.ZodType;
}

function sorted<Each extends Plugin>(registry: ReadonlyMap<string, Each>): readonly Each[] {
  return [...registry.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function exampleOf(example: string | undefined): readonly string[] {
  return example === undefined ? [] : [`\`\`\`yaml\n${example}\n\`\`\``];
}

function failuresOf(failures: readonly string[] | undefined): readonly string[] {
  return failures === undefined ? [] : [`Says:\n\n${failures.map((failure) => `- \`${failure}\``).join('\n')}`];
}

function section({ name, summary, params }: Plugin, more: readonly string[], end: readonly string[] = []): string {
  const schema = z.toJSONSchema(params, { io: 'input', unrepresentable: 'any' }) as Parameter;
  const table = tableOf(parametersOf(schema));
  return [`### \`${name}\``, `${summary}.`, ...more, table, ...end].join('\n\n');
}

function tableOf(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'No parameters.';
  const titles = ['parameter', 'form', 'default', 'meaning'];
  const hasMeanings = rows.some((row) => row[3] !== '');
  const columns = hasMeanings ? titles.length : titles.length - 1;
  return [titles, titles.map(() => '---'), ...rows].map((row) => `| ${row.slice(0, columns).join(' | ')} |`).join('\n');
}

function parametersOf({ properties, anyOf, required = [] }: Parameter): readonly (readonly string[])[] {
  if (properties === undefined) {
    const all = (anyOf ?? []).flatMap(parametersOf);
    return all.filter(([name], index) => all.findIndex(([other]) => other === name) === index);
  }
  return Object.entries(properties).map(([name, parameter]) => {
    const needed = required.includes(name) ? 'required' : '';
    const fallback = parameter.default === undefined ? needed : `\`${JSON.stringify(parameter.default)}\``;
    return [`\`${name}\``, formOf(parameter), fallback, (parameter.description ?? '').replaceAll('|', '\\|')];
  });
}

function formOf({ type, enum: values, const: only, anyOf, items }: Parameter): string {
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (values !== undefined) return values.map((value) => `\`${String(value)}\``).join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.map(formOf))].join(' or ');
  if (type === 'array') return `list of ${items === undefined ? 'anything' : formOf(items)}`;
  if (type === undefined) return 'anything';
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    object: 'keys and values',
    boolean: 'true or false',
  };
  return [type]
    .flat()
    .map((one) => names[one] ?? one)
    .join(' or ');
}
