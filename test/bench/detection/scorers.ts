import {
  emptyStream,
  fitEntity,
  observeAndFit,
  rowOf,
  scoreEntity,
  seededRandom,
  startEntity,
  type EntityOptions,
  type EntityReading,
  type Matrix,
  type StreamOptions,
} from '@cortex/detection';
import type { LabelledEntity } from './labelled-entity.ts';

export interface Scored {
  /** One per row of the test part from `from` on. */
  readonly scores: Float64Array;
  readonly from: number;
  /** Rows that the detector itself would report; undefined when it has no threshold of its own. */
  readonly reported?: Uint8Array;
  readonly fitMs?: number;
  readonly rowUs?: number;
}

export type Scorer = (entity: LabelledEntity) => Scored;

export function randomScores({ test }: LabelledEntity): Scored {
  return { scores: Float64Array.from({ length: test.rows }, seededRandom(1)), from: 0 };
}

/** The greatest deviation of any metric from its mean of training, in its own standard deviations. */
export function maxZ({ train, test }: LabelledEntity): Scored {
  const { columns } = train;
  const scores = new Float64Array(test.rows);
  for (let column = 0; column < columns; column += 1) {
    const values = train.data.filter((_, index) => index % columns === column);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const scale = Math.max(Math.sqrt(variance), 1e-4);
    for (let row = 0; row < test.rows; row += 1) {
      const z = Math.abs((test.data[row * columns + column] ?? 0) - mean) / scale;
      scores[row] = Math.max(scores[row] ?? 0, z);
    }
  }
  return { scores, from: 0 };
}

/** Fitted on the training part. */
export function fitted(options: EntityOptions): Scorer {
  return ({ train, test }) => {
    const start = performance.now();
    let state = startEntity(fitEntity(train, options, 1));
    const fitMs = performance.now() - start;
    const timed = timeRows(test, 0, (row) => {
      const step = scoreEntity(state, row);
      state = step.state;
      return step.reading;
    });
    return { ...timed, fitMs };
  };
}

/** Learning from nothing but the past rows: of both parts, or of the test part alone, whose first 15 % are not judged. */
export function streamed(options: StreamOptions, warm: boolean): Scorer {
  return ({ train, test }) => {
    const from = warm ? 0 : Math.floor(0.15 * test.rows);
    const all = warm ? options : { ...options, firstFitRows: from };
    let stream = emptyStream(test.columns);
    const observe = (row: Float64Array): EntityReading | undefined => {
      const step = observeAndFit(stream, row, all, 1);
      stream = step.stream;
      return step.reading;
    };
    const before = warm ? train : { ...test, rows: from };
    for (let row = 0; row < before.rows; row += 1) observe(rowOf(before, row));
    return timeRows(test, from, observe);
  };
}

function timeRows(test: Matrix, from: number, read: (row: Float64Array) => EntityReading | undefined): Scored {
  const scores = new Float64Array(test.rows - from);
  const reported = new Uint8Array(test.rows - from);
  const start = performance.now();
  for (let row = from; row < test.rows; row += 1) {
    const reading = read(rowOf(test, row));
    scores[row - from] = reading?.surprise ?? 0;
    reported[row - from] = (reading?.score ?? 0) > 0.5 ? 1 : 0;
  }
  return { scores, from, reported, rowUs: ((performance.now() - start) * 1_000) / scores.length };
}
