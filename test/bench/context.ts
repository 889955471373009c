import type { Table } from './report.ts';

export interface BenchContext {
  /** Incidents, or trials, per measurement. */
  readonly count: number;
  /** Where the bundles are: `<appsDir>/<name>/dist/main.js`. */
  readonly appsDir: string;
  /** Where the profiled services leave their CPU profiles; such figures are not to be compared. */
  readonly profileDir: string | undefined;
  /** Public data sets (`nab-dev`, `smd-dev`, `asd-dev`), with the scorer of the first beside it under `../tools`. */
  readonly dataDir: string;
  /** Of `leaks`: only the checks whose names hold one of these, with commas between. */
  readonly only: string | undefined;
}

export type Bench = (context: BenchContext) => Promise<readonly Table[]>;
