import type { CheckOutcome } from '@cortex/contracts';
import { CheckHistory } from '@cortex/health';
import { clip } from '../../output/clip.ts';
import { paint } from '../../output/paint.ts';
import { sparkline } from '../../output/sparkline.ts';
import { span } from '../../output/time.ts';
import { resultWidth, resultWords } from './result-words.ts';

/** The number of newest runs that count for the percentiles. */
const runsKept = 1_000;
const sparklineWidth = 20;

export interface LineStyle {
  readonly columns: number;
  readonly hasColour: boolean;
  /** 0: the name is left out. */
  readonly nameWidth: number;
}

export interface TallySummary {
  readonly check: string;
  readonly runs: number;
  readonly failed: number;
  readonly p50Ms?: number;
  readonly p95Ms?: number;
}

/** The results of one check over many runs. */
export class Tally {
  readonly #name: string;
  readonly #history = new CheckHistory(runsKept);
  #runs = 0;
  #failed = 0;

  constructor(name: string) {
    this.#name = name;
  }

  take(outcome: CheckOutcome): void {
    this.#runs += 1;
    const { observedAt, durationMs, result } = outcome;
    if (result !== 'pass') this.#failed += 1;
    this.#history.take({ atMs: Date.parse(observedAt), durationMs, result });
  }

  /** One run on one line, with totals of the earlier ones. */
  line({ observedAt, result, durationMs, detail }: CheckOutcome, { columns, hasColour, nameWidth }: LineStyle): string {
    const bars = this.#history.entries();
    const word = resultWords[result].padEnd(resultWidth);
    const shown = Math.min(sparklineWidth, bars.length);
    const head = [
      observedAt.slice(11, 19),
      result === 'pass' ? word : paint('red', word, hasColour),
      span(durationMs).padStart(6),
      ...(nameWidth === 0 ? [] : [clip(this.#name, nameWidth).padEnd(nameWidth)]),
      `${sparkline(bars, sparklineWidth, hasColour)}${' '.repeat(sparklineWidth - shown)}`,
    ].join('  ');
    const used = 8 + 2 + resultWidth + 2 + 6 + (nameWidth === 0 ? 0 : nameWidth + 2) + 2 + sparklineWidth + 2;
    return `${head}  ${clip(detail, Math.max(10, columns - used))}`;
  }

  summary(): TallySummary {
    const p50Ms = this.#history.durationPercentile(50);
    const p95Ms = this.#history.durationPercentile(95);
    return {
      check: this.#name,
      runs: this.#runs,
      failed: this.#failed,
      ...(p50Ms === undefined ? {} : { p50Ms }),
      ...(p95Ms === undefined ? {} : { p95Ms }),
    };
  }

  summaryLine(): string {
    const { check, runs, failed, p50Ms, p95Ms } = this.summary();
    const times = p50Ms === undefined || p95Ms === undefined ? '' : `, p50 ${span(p50Ms)}, p95 ${span(p95Ms)}`;
    return `${check}: ${runs} runs, ${failed} failed${times}${runs > runsKept ? ` of the last ${runsKept}` : ''}`;
  }
}
