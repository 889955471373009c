import type { Decision, GateResult, JsonRecord, VerificationFinding } from '@cortex/contracts';
import type { Explanation, TimelineEntry } from '@cortex/api';

/** The explanation for a terminal or a ticket: five lines that say it all, then everything. */
export function explanationText(explanation: Explanation): string {
  return `${summaryText(explanation)}\n${recordText(explanation)}`;
}

/** What is wrong, since when, what was decided, what was done, what comes next: one line each. */
export function summaryText({ summary: { what, since, decided, done, next } }: Explanation): string {
  const lines = [
    `What     ${what}`,
    `Since    ${since}`,
    `Decided  ${decided}`,
    `Done     ${done}`,
    `Next     ${next}`,
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

/** The record: every decision with its nine steps, their inputs and their results. */
export function recordText({ incident, timeline }: Explanation): string {
  const lines = [
    `Incident ${incident.id}`,
    `  ${incident.title}`,
    `  service ${incident.service} (${incident.environment}), ${incident.severity}, status ${incident.status.replaceAll('_', ' ')}`,
    `  cause ${incident.cause.replaceAll('_', ' ')}, blast radius ${incident.blastRadius.level.replaceAll('_', ' ')} (risk ${incident.blastRadius.riskScore} of 100)`,
    `  began ${incident.startedAt}, detected ${incident.detectedAt}, opened ${incident.openedAt}`,
    ...(incident.waiting === undefined
      ? []
      : [
          `  waits for ${incident.waiting.for.replaceAll('_', ' ')} since ${incident.waiting.since}: ${incident.waiting.reason}`,
        ]),
    ...(incident.recurrence === undefined
      ? []
      : [`  recurring: it came back ${incident.recurrence.times} times since ${incident.recurrence.since}`]),
    ...(incident.resolution === undefined
      ? []
      : [
          `  resolved ${incident.resolution.at} by ${incident.resolution.method.replaceAll('_', ' ')} after ${seconds(incident.resolution.timeToResolutionMs)}, ${incident.resolution.verificationPassed ? 'proved by verification' : 'not proved by verification'}`,
        ]),
    '',
    'What happened',
    ...timeline.flatMap((entry) => entryLines(entry)),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function entryLines(entry: TimelineEntry): readonly string[] {
  return [
    `  ${entry.at}  ${entry.title}`,
    ...(entry.detail === '' ? [] : [`      ${entry.detail}`]),
    ...(entry.decision === undefined ? [] : decisionLines(entry.decision)),
    ...(entry.findings ?? []).map(findingLine),
  ];
}

function decisionLines(decision: Decision): readonly string[] {
  return decision.steps.flatMap((step) => {
    const gates = step.name === 'safety_checks' ? gateLines(decision.gates) : [];
    if (step.status !== 'done')
      return [`      ${step.step} ${name(step.name)} ${step.status.replaceAll('_', ' ')}`, ...gates];
    return [
      `      ${step.step} ${name(step.name)} ${step.verdict}: ${step.reason}`,
      ...inputLines(step.inputs, 23),
      ...gates,
    ];
  });
}

/** Gates that were not asked are joined in one line. */
function gateLines(gates: readonly GateResult[]): readonly string[] {
  if (gates.every(({ verdict }) => verdict === 'not_reached')) return [`${' '.repeat(23)}no gate was asked`];
  return gates.map(gateLine);
}

function gateLine(gate: GateResult): string {
  return `                       gate ${gate.gate.replaceAll('_', ' ').padEnd(16)} ${gate.verdict.replaceAll('_', ' ')}: ${gate.reason}`;
}

function findingLine(finding: VerificationFinding): string {
  const mark = { pass: 'pass', fail: 'FAIL', no_data: 'no data' }[finding.verdict];
  return `      ${mark.padEnd(8)} ${finding.phase.replaceAll('_', ' ')}: ${finding.name}. ${finding.detail}`;
}

function inputLines(inputs: JsonRecord, indent: number): readonly string[] {
  return Object.entries(inputs).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${' '.repeat(indent)}${key} = ${text.length > 200 ? `${text.slice(0, 197)}...` : text}`;
  });
}

function name(step: string): string {
  return step.replaceAll('_', ' ').padEnd(15);
}

function seconds(milliseconds: number): string {
  return milliseconds < 120_000 ? `${(milliseconds / 1_000).toFixed(1)} s` : `${Math.round(milliseconds / 60_000)} min`;
}

/** Names and details come from outside: no control characters reach a terminal. */
function printable(line: string): string {
  // oxlint-disable-next-line no-control-regex
  return line.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ');
}
