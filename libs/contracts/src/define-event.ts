import type { z } from 'zod';
import type { StreamName } from './streams.ts';

/** The services, and the command line. */
export type AppName =
  | 'collector'
  | 'detector'
  | 'health-checker'
  | 'decision'
  | 'executor'
  | 'verifier'
  | 'escalator'
  | 'learner'
  | 'auditor'
  | 'console'
  | 'cli';

/** What the events of a type are about: the last token of their subject. */
export type EventAbout = 'service' | 'partition';

/** One event type: its name, its stream, its producers, and the schema of its data. */
export interface EventDefinition<
  Type extends string = string,
  Data extends z.ZodType = z.ZodType,
  About extends EventAbout = EventAbout,
  Consumer extends AppName = AppName,
> {
  /** `noun.verb`, the CloudEvents type and the middle of the subject `cortex.<type>.<service>`. */
  readonly type: Type;
  /** Raised on every incompatible change of `data`; a consumer refuses versions that it does not know. */
  readonly version: number;
  /**
   * Earlier versions that are still read: each function upgrades data of version n to version n + 1. It gets any data
   * that a message holds, must not throw, and returns unknown data unchanged: `data` refuses that afterwards.
   */
  readonly upgrades?: Readonly<Record<number, (data: unknown) => unknown>>;
  readonly stream: StreamName;
  readonly summary: string;
  readonly producers: readonly AppName[];
  /** The services that act on the event; each needs a route for it. Any service may read along. */
  readonly consumers: readonly Consumer[];
  /** Default: a service. */
  readonly about?: About;
  readonly data: Data;
  /** A cheaper test that data matches `data` and would be parsed unchanged. It may return false for such data. */
  readonly accepts?: (data: unknown) => boolean;
}

/** Declares an event. Types, JSON Schema, AsyncAPI and the table in the docs all come from this one place. */
export function defineEvent<
  const Type extends string,
  Data extends z.ZodType,
  const About extends EventAbout = 'service',
  const Consumer extends AppName = never,
>(definition: EventDefinition<Type, Data, About, Consumer>): EventDefinition<Type, Data, About, Consumer> {
  return definition;
}

/** Validates data against the contract of its event. */
export function checkData<Data extends z.ZodType>(
  definition: Pick<EventDefinition<string, Data>, 'data' | 'accepts'>,
  data: unknown,
): z.ZodSafeParseResult<z.output<Data>> {
  if (definition.accepts?.(data) === true) return { success: true, data: data as z.output<Data> };
  return definition.data.safeParse(data);
}

/** Data of an earlier version, upgraded to the present one; undefined when that version is unknown. */
export function upgradeData(
  { version, upgrades = {} }: Pick<EventDefinition, 'version' | 'upgrades'>,
  from: number,
  data: unknown,
): { readonly data: unknown } | undefined {
  if (from === version) return { data };
  const upgrade = upgrades[from];
  return upgrade === undefined || from > version
    ? undefined
    : upgradeData({ version, upgrades }, from + 1, upgrade(data));
}
