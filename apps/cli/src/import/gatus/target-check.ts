import type { Note } from './note.ts';
import type { MovedSecret } from './request.ts';

/** A check of the kind that the address requires. */
export interface TargetCheck {
  readonly type: string;
  readonly host: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly timing: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
  readonly variables: readonly string[];
  readonly moved: readonly MovedSecret[];
}

/** The translation of an endpoint: a check, or the notes that say why there is none. */
export type Translation = TargetCheck | { readonly type?: undefined; readonly notes: readonly Note[] };
