import type { ErrorCode } from '@cortex/errors';
import type { Path } from './path.ts';

/** Why a part of a Gatus file was changed or left out. */
export const noteCodes = [
  'CORTEX_IMPORT_LEFT_OUT',
  'CORTEX_IMPORT_CHANGED',
  'CORTEX_IMPORT_BAD_VALUE',
] as const satisfies readonly ErrorCode[];

export type NoteCode = (typeof noteCodes)[number];

export interface Note {
  readonly code: NoteCode;
  /** Where it stands in the Gatus file. */
  readonly path: Path;
  /** The condition or setting as written; never a value that may be a secret. */
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

const longestWhat = 200;

export function leftOut(path: Path, what: string, why: string, fix: string): Note {
  return { code: 'CORTEX_IMPORT_LEFT_OUT', path, what: clip(what), why, fix };
}

export function changed(path: Path, what: string, why: string, fix: string): Note {
  return { code: 'CORTEX_IMPORT_CHANGED', path, what: clip(what), why, fix };
}

export function badValue(path: Path, what: string, why: string, fix: string): Note {
  return { code: 'CORTEX_IMPORT_BAD_VALUE', path, what: clip(what), why, fix };
}

function clip(text: string): string {
  return text.length > longestWhat ? `${text.slice(0, longestWhat)}…` : text;
}
