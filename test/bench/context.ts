import type { Table } from './report.ts';

export interface BenchContext {
  /** Incidents per measurement. */
  readonly count: number;
  /** Where the bundles are: `<appsDir>/<name>/dist/main.js`. */
  readonly appsDir: string;
  /** Where the profiled services leave their CPU profiles; such figures are not to be compared. */
  readonly profileDir: string | undefined;
}

export type Bench = (context: BenchContext) => Promise<readonly Table[]>;
