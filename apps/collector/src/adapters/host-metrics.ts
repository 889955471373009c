import { hostMetrics, type CollectorSettings, type SeriesSample } from '@cortex/contracts';
import type { StatsFs } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { CortexError } from '@cortex/errors';

type HostSettings = NonNullable<CollectorSettings['host']>;
type Disk = HostSettings['disks'][number];

interface CpuTimes {
  readonly busy: number;
  readonly total: number;
}

/** A file system that does not answer within this time is skipped in this round. */
const diskTimeoutMs = 2_000;
/** Less processor time than this, over all processors, gives no average: the kernel counts in ticks of 10 ms. */
const leastCpuMs = 200;

/** Reads the metrics of this machine. A metric that cannot be read is skipped and reported. */
export class HostMetrics {
  readonly #settings: HostSettings;
  readonly #onProblem: (what: string, error: unknown) => void;
  /** Disks with an unanswered question: they are not asked again, because each question may block a thread forever. */
  readonly #owed = new Set<string>();
  #times: CpuTimes | undefined;

  constructor(settings: HostSettings, onProblem: (what: string, error: unknown) => void) {
    this.#settings = settings;
    this.#onProblem = onProblem;
    this.#times = cpuTimes();
  }

  /** The CPU usage is the average since the last call. */
  async read(timeMs: number): Promise<readonly SeriesSample[]> {
    const { service, instance, disks } = this.#settings;
    const sample = (metric: string, unit: string, value: number): SeriesSample => {
      return { service, instance, metric, unit, labels: {}, timeMs, value };
    };
    const samples: SeriesSample[] = [];
    const cpu = this.#cpuPercent();
    if (cpu !== undefined) samples.push(sample(hostMetrics.cpuUsage, '%', cpu));
    const total = totalmem();
    const available = await availableMemory();
    samples.push(
      sample(hostMetrics.memoryUsage, '%', (100 * (total - available)) / total),
      sample(hostMetrics.memoryAvailable, 'By', available),
      sample(hostMetrics.load, '1', loadavg()[0] ?? 0),
    );
    const perDisk = await Promise.all(disks.map((disk) => this.#readDisk(disk, timeMs)));
    return [...samples, ...perDisk.flat()].filter(({ value }) => Number.isFinite(value));
  }

  #cpuPercent(): number | undefined {
    const now = cpuTimes();
    const before = this.#times;
    if (before === undefined || now === undefined || now.total - before.total < leastCpuMs) return undefined;
    this.#times = now;
    return (100 * (now.busy - before.busy)) / (now.total - before.total);
  }

  async #readDisk(disk: Disk, timeMs: number): Promise<readonly SeriesSample[]> {
    const { path } = disk;
    if (this.#owed.has(path)) return [];
    try {
      const { blocks, bfree, bavail, bsize } = await this.#ask(path);
      const about = {
        service: disk.service ?? this.#settings.service,
        instance: disk.instance ?? this.#settings.instance,
        labels: { mount: path },
        timeMs,
      };
      const used = blocks - bfree;
      return [
        // As df does: blocks reserved for root are neither used nor available.
        { ...about, metric: hostMetrics.diskUsage, unit: '%', value: (100 * used) / (used + bavail) },
        { ...about, metric: hostMetrics.diskFree, unit: 'By', value: bavail * bsize },
      ];
    } catch (error) {
      this.#onProblem(`disk ${path}`, error);
      return [];
    }
  }

  async #ask(path: string): Promise<StatsFs> {
    this.#owed.add(path);
    let timer: NodeJS.Timeout | undefined;
    const answer = statfs(path).finally(() => this.#owed.delete(path));
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new CortexError('CORTEX_COLLECTOR_HOST_METRICS', `no answer within ${diskTimeoutMs} ms`)),
        diskTimeoutMs,
      );
    });
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function cpuTimes(): CpuTimes | undefined {
  let busy = 0;
  let total = 0;
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.idle + times.irq;
    total += sum;
    busy += sum - times.idle;
  }
  return total === 0 ? undefined : { busy, total };
}

/** Memory available without swapping: `freemem` alone would count the page cache as used. */
async function availableMemory(): Promise<number> {
  try {
    const line = /^MemAvailable:\s+(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8'));
    if (line?.[1] !== undefined) return Number(line[1]) * 1024;
  } catch {
    // No /proc: not Linux.
  }
  return freemem();
}
