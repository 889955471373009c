import { compress } from 'snappyjs';
import { delimited, doubleField, text, varintField } from './protobuf.ts';

/** Series of one request, and with it samples: what a Prometheus sends at once. */
const seriesPerRequest = 2_000;
const metrics = 10;
const instancesPerService = 10;

/** Gauges of one name each, as an exporter has them. */
export const metricNames = Array.from({ length: metrics }, (_, index) => `bench_gauge_${index}`);

/** Many series, ten metrics an instance and ten instances a service, in requests that always hold the same series. */
export class Workload {
  readonly series: number;
  readonly #labels: readonly Buffer[];
  /** Series that leave their range for good, and since which round. */
  readonly #spikes = new Map<number, number>();

  constructor(series: number) {
    this.series = series;
    this.#labels = Array.from({ length: series }, (_, index) => labelsOf(index));
  }

  /** Requests that it takes to send one sample of every series. */
  get requests(): number {
    return Math.ceil(this.series / seriesPerRequest);
  }

  /** Series of a request. */
  sizeOf(request: number): number {
    return Math.min(seriesPerRequest, this.series - request * seriesPerRequest);
  }

  /** From this round on the first series of the request is far out of its range. Returns its instance. */
  plantSpike(request: number, round: number): string {
    const index = request * seriesPerRequest;
    this.#spikes.set(index, round);
    return instanceOf(index);
  }

  /** A remote write 1.0 request, packed: one sample of each of its series. */
  body(request: number, round: number, timeMs: number): Buffer {
    const first = request * seriesPerRequest;
    const parts = Array.from({ length: this.sizeOf(request) }, (_, offset) => {
      const index = first + offset;
      const sample = Buffer.concat([doubleField(1, this.#valueOf(index, round)), varintField(2, timeMs)]);
      return delimited(1, Buffer.concat([this.#labels[index] ?? Buffer.alloc(0), delimited(2, sample)]));
    });
    return compress(Buffer.concat(parts));
  }

  /** A wave and some noise, never three deviations away from the mean of a hundred samples. */
  #valueOf(index: number, round: number): number {
    const wave = 100 + 10 * Math.sin(round / 7 + index) + ((index * 7_919 + round * 104_729) % 100) / 20;
    return round >= (this.#spikes.get(index) ?? Number.POSITIVE_INFINITY) ? wave + 200 : wave;
  }
}

function instanceOf(index: number): string {
  const instance = Math.floor(index / metrics);
  return `10.0.${instance >> 8}.${instance & 255}:9100`;
}

/** Six labels a series, which is usual. Sorted, as Prometheus sends them. */
function labelsOf(index: number): Buffer {
  const service = Math.floor(index / metrics / instancesPerService);
  const labels = {
    __name__: metricNames[index % metrics] ?? '',
    environment: 'production',
    instance: instanceOf(index),
    job: `service-${service}`,
    queue: `queue-${index % 3}`,
    region: 'eu-west-1',
  };
  return Buffer.concat(
    Object.entries(labels).map(([name, value]) => delimited(1, Buffer.concat([text(1, name), text(2, value)]))),
  );
}
