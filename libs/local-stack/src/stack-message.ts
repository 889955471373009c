import type { ErrorCode } from '@cortex/errors';
import type { ServiceName } from './service-names.ts';

/** What the process that runs all services tells the one that started it, over IPC. */
export type StackMessage = ReadyMessage | RefusedMessage;

/** Every service is ready. */
export interface ReadyMessage {
  readonly type: 'ready';
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly watched: WatchedCounts;
}

/** It cannot run: the message and the fix are for the user. The process ends. */
export interface RefusedMessage {
  readonly type: 'refused';
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix?: string;
}

/** How much the configuration names. */
export interface WatchedCounts {
  readonly services: number;
  readonly checks: number;
  readonly playbooks: number;
}

/** The argument that gives a service its port: `decision=7781`. */
export function portArgument(name: ServiceName, port: number): string {
  return `${name}=${port}`;
}
