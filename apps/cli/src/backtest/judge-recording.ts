import {
  backtestSeries,
  emptyStream,
  fitEntity,
  observeAndFit,
  scoreEntity,
  startEntity,
  type DetectionSettings,
  type EntityReading,
} from '@cortex/detection';
import type { Recording } from './recording.ts';

/** The result of the detection for one row. */
export interface JudgedRow {
  readonly timestamp: string;
  /** Absent for an entity of several metrics. */
  readonly value?: number;
  readonly score: number;
  readonly isAnomalous: boolean;
  readonly lower?: number;
  readonly upper?: number;
}

export interface Alert {
  readonly at: string;
  readonly row: number;
  readonly severity: string;
  readonly explanation: string;
}

export interface JudgedRecording {
  readonly rows: readonly JudgedRow[];
  readonly alerts: readonly Alert[];
  /** Rows that the detection refused: not a number, or not after the row before. */
  readonly refused: number;
}

/** Runs one metric through the same detection as in production. */
export function judgeSeries(recording: Recording, metric: string, settings: DetectionSettings): JudgedRecording {
  const identity = { service: 'backtest', metric, labels: {} };
  const samples = recording.timestamps.map((_, row) => ({
    timeMs: recording.timesMs[row] ?? Number.NaN,
    value: recording.values[row] ?? Number.NaN,
  }));
  const rows: JudgedRow[] = [];
  const alerts: Alert[] = [];
  let refused = 0;
  for (const judged of backtestSeries(settings, identity, samples)) {
    const timestamp = recording.timestamps[rows.length] ?? '';
    if (judged.refused !== undefined) refused += 1;
    if (judged.opened !== undefined) alerts.push({ at: timestamp, row: rows.length, ...judged.opened });
    rows.push({
      timestamp,
      value: judged.value,
      score: judged.alarm,
      isAnomalous: judged.isOpen,
      ...(judged.lower === undefined || judged.upper === undefined ? {} : { lower: judged.lower, upper: judged.upper }),
    });
  }
  return { rows, alerts, refused };
}

const seed = 1;
/** The score of a row as strange as one in a thousand normal ones. */
const anomalousAbove = 0.5;

/** One entity with many metrics: fitted on `train`, or else on its own past alone. */
export function judgeEntity(recording: Recording, train: Recording | undefined): JudgedRecording {
  const columns = recording.columns.length;
  const judge = train === undefined ? judgeByPast(columns) : judgeByTraining(train);
  const rows: JudgedRow[] = [];
  const alerts: Alert[] = [];
  for (const [row, timestamp] of recording.timestamps.entries()) {
    const reading = judge(recording.values.subarray(row * columns, (row + 1) * columns));
    const score = reading?.score ?? 0;
    const isAnomalous = score > anomalousAbove;
    if (reading !== undefined && isAnomalous && rows.at(-1)?.isAnomalous !== true) {
      alerts.push({ at: timestamp, row, severity: 'medium', explanation: explain(recording, reading) });
    }
    rows.push({ timestamp, score, isAnomalous });
  }
  return { rows, alerts, refused: 0 };
}

type Judge = (row: Float64Array) => EntityReading | undefined;

function judgeByTraining({ columns, values, timestamps }: Recording): Judge {
  const matrix = { rows: timestamps.length, columns: columns.length, data: values };
  let state = startEntity(fitEntity(matrix, {}, seed));
  return (row) => {
    const step = scoreEntity(state, row);
    state = step.state;
    return step.reading;
  };
}

function judgeByPast(columns: number): Judge {
  let stream = emptyStream(columns);
  return (row) => {
    const step = observeAndFit(stream, row, {}, seed);
    stream = step.stream;
    return step.reading;
  };
}

function explain({ columns }: Recording, { column, deviation }: EntityReading): string {
  const side = deviation >= 0 ? 'above' : 'below';
  return `the metrics together are unusual; ${columns[column] ?? ''} most, ${Math.abs(deviation).toFixed(1)} deviations ${side} its usual`;
}
