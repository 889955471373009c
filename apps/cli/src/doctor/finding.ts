import type { CortexConfiguration } from '@cortex/contracts';
import type { RunningStack } from '@cortex/local-stack';
import type { CommandContext } from '../core/command.ts';

/** What one look at the machine found. */
export type Finding =
  | { readonly name: string; readonly verdict: 'ok'; readonly detail: string }
  | { readonly name: string; readonly verdict: 'warn' | 'fail'; readonly detail: string; readonly fix: string };

/** What the examinations look at. */
export interface Subject {
  readonly context: CommandContext;
  /** Folder of the stack, whether it runs or not. */
  readonly dir: string;
  readonly stack: RunningStack | undefined;
  /** Absent when there is none, or it has mistakes. */
  readonly configuration: CortexConfiguration | undefined;
  /** Addresses that were named or belong to the stack; absent when `cortex up` would start a server. */
  readonly natsUrl: string | undefined;
}

export type Examination = (subject: Subject) => Promise<readonly Finding[]>;

export function ok(name: string, detail: string): Finding {
  return { name, verdict: 'ok', detail };
}

export function warn(name: string, detail: string, fix: string): Finding {
  return { name, verdict: 'warn', detail, fix };
}

export function fail(name: string, detail: string, fix: string): Finding {
  return { name, verdict: 'fail', detail, fix };
}
