import { namePattern } from './scalars.ts';

const seriesColumns = new Set(['service', 'instance', 'metric', 'unit', 'labels', 'timesMs', 'values']);

/**
 * Whether the data of `telemetry.metrics` matches its schema, with no defaults to fill in. The schema itself takes ten
 * times as long, for the one event of which there are thousands a second; where this returns false, the schema gives
 * the reason.
 */
export function isTelemetry(data: unknown): boolean {
  if (!isRecord(data) || Object.keys(data).length !== 2) return false;
  const { partition, series } = data;
  if (!isCount(partition) || !isArray(series, 5_000)) return false;
  let previous: Record<string, unknown> | undefined;
  for (const one of series) {
    if (!isRecord(one) || !isSeries(one, previous)) return false;
    previous = one;
  }
  return true;
}

/** Series of one instance are adjacent: values equal to the previous one's need no second check. */
function isSeries(series: Record<string, unknown>, previous: Record<string, unknown> | undefined): boolean {
  for (const column of Object.keys(series)) if (!seriesColumns.has(column)) return false;
  const { service, instance, metric, unit, labels, timesMs, values } = series;
  return (
    isName(service, previous?.['service']) &&
    (instance === undefined ? !('instance' in series) : isName(instance, previous?.['instance'])) &&
    isText(metric, 1, 256) &&
    (unit === undefined ? !('unit' in series) : isText(unit, 0, 64)) &&
    isRecord(labels) &&
    isLabels(labels) &&
    isArray(timesMs, 10_000) &&
    isArray(values, 10_000) &&
    timesMs.length === values.length &&
    timesMs.every(isCount) &&
    values.every(Number.isFinite)
  );
}

function isLabels(labels: Record<string, unknown>): boolean {
  for (const name of Object.keys(labels)) {
    if (!isText(name, 1, 128) || name === '__proto__' || !isText(labels[name], 0, 1_024)) return false;
  }
  return true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isArray(value: unknown, longest: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0 && value.length <= longest;
}

function isText(value: unknown, shortest: number, longest: number): value is string {
  return typeof value === 'string' && value.length >= shortest && value.length <= longest;
}

/** `known` is valid already. */
function isName(value: unknown, known: unknown): boolean {
  return isText(value, 1, 128) && (value === known || namePattern.test(value));
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
