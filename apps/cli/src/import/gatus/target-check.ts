import type { Note } from './note.ts';
import type { MovedSecret } from './request.ts';

/** A check of the kind that the address asks for. */
export interface TargetCheck {
  readonly type: string;
  readonly host: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly timing: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
  readonly variables: readonly string[];
  readonly moved: readonly MovedSecret[];
}

/** What an endpoint becomes: a check, or the notes that say why none. */
export type Translation = TargetCheck | { readonly type?: undefined; readonly notes: readonly Note[] };
