import { readFileSync } from 'node:fs';
import type { Patient } from '../../system/support/site.ts';

/** One start of a patient by Cortex, as the patient itself wrote it down. */
export interface Effect {
  readonly service: string;
  readonly instance: string;
  readonly atMs: number;
  readonly token: number;
  readonly executionId: string;
}

/** In the order of time. Starts without a token are those of the test itself. */
export function effectsOn(patients: readonly Patient[]): readonly Effect[] {
  return patients
    .flatMap(({ service, instance, startsFile }) =>
      linesOf(startsFile).map((line) => {
        const [at, token, executionId = ''] = line.split(' ');
        return { service, instance, atMs: Number(at), token: Number(token), executionId };
      }),
    )
    .filter(({ executionId }) => executionId !== '')
    .sort((left, right) => left.atMs - right.atMs);
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}
