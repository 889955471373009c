import { formatProblems } from '@cortex/config';
import { messageOf } from '@cortex/errors';
import { readRunningStack } from '@cortex/local-stack';
import { textOption, type CommandContext, type CommandDefinition, type CommandInput } from '../core/command.ts';
import { examineChannels } from '../doctor/examinations/channels.ts';
import { examineMachine } from '../doctor/examinations/machine.ts';
import { examineNats } from '../doctor/examinations/nats.ts';
import { examinePorts } from '../doctor/examinations/ports.ts';
import { examinePrograms } from '../doctor/examinations/programs.ts';
import { examineRecords } from '../doctor/examinations/records.ts';
import { examineServices } from '../doctor/examinations/services.ts';
import { fail, ok, warn, type Examination, type Finding, type Subject } from '../doctor/finding.ts';
import { paint } from '../output/paint.ts';
import { show } from '../output/show.ts';
import { printable } from '../output/table.ts';
import { configOption } from './configuration-file.ts';
import { findConfiguration, loadConfiguration } from './configuration.ts';
import { natsOption } from './nats.ts';
import { repairRecord } from '../doctor/repair-record.ts';
import { dirOption, stackFolder } from './stack-folder.ts';

const examinations: readonly Examination[] = [
  examinePrograms,
  examineMachine,
  examinePorts,
  examineNats,
  examineRecords,
  examineServices,
  examineChannels,
];

export const doctorCommand: CommandDefinition = {
  name: 'doctor',
  summary: 'Look whether Cortex can run here, and whether what runs is well: each line ok, warn or fail, with the fix',
  options: [
    {
      ...configOption,
      summary: 'the configuration (default: CORTEX_CONFIG, else cortex.yaml, else that of the running stack)',
    },
    dirOption,
    natsOption,
    { flags: '--restore-record <id>', summary: 'put the bytes of a record in quarantine back where they lay' },
    { flags: '--drop-record <id>', summary: 'give up a record in quarantine: what it was about begins anew' },
    { flags: '--yes', summary: 'do it: without this, --restore-record and --drop-record only say what they would do' },
  ],
  examples: [
    { line: 'cortex doctor', says: 'before the first start, and when something is odd' },
    { line: 'cortex doctor -o json', says: 'for a pipeline: status 1 when a line is fail' },
    {
      line: 'cortex doctor --drop-record cortex-breakers.17 --yes',
      says: 'gives up a record that cannot be read; its bytes stay in the quarantine',
    },
  ],
  async run(input) {
    if (textOption(input, 'restoreRecord') !== undefined || textOption(input, 'dropRecord') !== undefined) {
      return repairRecord(input);
    }
    const dir = stackFolder(input);
    const stack = readRunningStack(dir);
    const configuration = await examineConfiguration(input, stack?.configFile);
    const named = textOption(input, 'nats') ?? (input.context.environment['CORTEX_NATS_URL'] || undefined);
    const subject: Subject = {
      context: input.context,
      dir,
      stack,
      configuration: configuration.valid,
      natsUrl: named ?? stack?.natsUrl,
    };
    const findings = [configuration.finding];
    // One after the other: no examination may be in the way of another one.
    for (const examine of examinations) findings.push(...(await examine(subject)));
    const isWell = findings.every(({ verdict }) => verdict !== 'fail');
    show(input.context, { ok: isWell, findings }, () =>
      findings.map((one) => findingText(one, input.context)).join('\n'),
    );
    return isWell ? 'ok' : 'failed';
  },
};

/** Without a name, and without a `cortex.yaml` here, it is the one that the stack was started with. */
async function examineConfiguration(
  input: CommandInput,
  ofStack: string | undefined,
): Promise<{ readonly finding: Finding; readonly valid: Subject['configuration'] }> {
  const name = 'configuration';
  const named = findConfiguration(textOption(input, 'config'), input.context) ?? ofStack;
  if (named === undefined) {
    const finding = warn(
      name,
      'there is no cortex.yaml in this folder',
      'write one with `cortex init`, or name it with --config',
    );
    return { finding, valid: undefined };
  }
  let loaded: Awaited<ReturnType<typeof loadConfiguration>>;
  try {
    loaded = await loadConfiguration(named, input.context);
  } catch (error) {
    // A file that is not there, or a plugin that cannot be loaded.
    return { finding: fail(name, messageOf(error), 'see `cortex validate`'), valid: undefined };
  }
  const { file, result } = loaded;
  if (!result.ok) {
    const finding = fail(
      name,
      `${file} has mistakes:\n${formatProblems(result.problems)}`,
      'correct them: `cortex validate`',
    );
    return { finding, valid: undefined };
  }
  const { services, checks, playbooks } = result.configuration;
  const counts = `${services.length} services, ${checks.length} checks, ${playbooks.length} playbooks`;
  return { finding: ok(name, `${file} is valid: ${counts}`), valid: result.configuration };
}

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

function findingText(finding: Finding, { hasColour }: CommandContext): string {
  const { name, verdict, detail } = finding;
  const [first = '', ...more] = detail.split('\n').map(printable);
  const lines = [
    `${paint(colours[verdict], verdict.padEnd(4), hasColour)}  ${name.padEnd(13)}  ${first}`,
    ...more.map((line) => `      ${line}`),
    ...(finding.verdict === 'ok' ? [] : [`      fix: ${finding.fix}`]),
  ];
  return lines.join('\n');
}
