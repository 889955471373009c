import type { NoteCode } from './note.ts';
import { showPath } from './path.ts';
import type { GatusFile } from './read-gatus-file.ts';
import type { EndpointNote } from './translate-gatus.ts';

/** A note for people and programs: with the line of the Gatus file and the field. */
export interface LocatedNote {
  readonly code: NoteCode;
  readonly line: number;
  readonly field: string;
  readonly endpoint?: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

export function locateNotes(
  notes: readonly EndpointNote[],
  { lineOf }: Pick<GatusFile, 'lineOf'>,
): readonly LocatedNote[] {
  return notes
    .map(({ path, ...note }) => ({ ...note, line: lineOf(path), field: showPath(path) }))
    .toSorted((a, b) => a.line - b.line);
}
