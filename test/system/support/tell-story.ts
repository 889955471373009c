import type { Stack } from '@cortex/local-stack';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLog, LoggedEvent } from './event-log.ts';

const lastEvents = 80;
const lastWarnings = 15;
const longest = 400;

interface Running {
  readonly dir: string;
  readonly log: EventLog;
  readonly stack: Stack;
}

/** What Cortex did and warned of last: a test of a whole system that fails rarely is understood from this alone. */
export function storyOf({ dir, log, stack }: Running): string {
  const told = log.events.filter(({ type }) => !type.startsWith('health.check') && !type.startsWith('metric'));
  const warnings = [...stack.services.keys()].flatMap((name) =>
    warningsOf(join(dir, 'stack', 'logs', `${name}.log`), name),
  );
  return ['the last events:', ...told.slice(-lastEvents).map(line), 'the last warnings:', ...warnings].join('\n');
}

function line({ type, service, incidentId = '', data }: LoggedEvent): string {
  return `${type} ${service} ${incidentId} ${JSON.stringify(data)}`.slice(0, longest);
}

function warningsOf(file: string, name: string): readonly string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  const warnings = lines.filter((one) => /"level":[456]0/.test(one));
  return warnings.slice(-lastWarnings).map((one) => `${name}: ${one}`.slice(0, longest));
}
