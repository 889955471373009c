import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { backtestSeries, compileDetection, seededRandom } from '@cortex/detection';
import type { Table } from '../report.ts';

/** The parts of the scorer that are used. */
interface Scorer {
  readonly Corpus: new (
    labels: Labels,
    timestampsOf: (file: string) => readonly string[] | undefined,
  ) => {
    readonly n: number;
    readonly files: readonly { readonly rel: string; readonly off: number }[];
    score(
      scores: Float64Array,
    ): Readonly<Record<Profile, { readonly score: number; readonly threshold: number; readonly raw: number }>>;
    readonly nWindows: number;
    atThreshold(scores: Float64Array, threshold: number, profile: unknown): readonly { readonly raw: number }[];
  };
  readonly readCsv: (file: string) => { readonly ts: readonly string[]; readonly values: Float64Array };
  readonly PROFILES: Readonly<Record<Profile, { readonly tp: number; readonly fn: number }>>;
}
type Profile = 'standard' | 'reward_low_FP_rate' | 'reward_low_FN_rate';
type Labels = Readonly<Record<string, unknown>>;

interface Recording {
  readonly file: string;
  readonly timestamps: readonly string[];
  readonly times: readonly number[];
  readonly values: Float64Array;
}

const settings = compileDetection([], []);

const detectors: Readonly<Record<string, (recording: Recording) => ArrayLike<number>>> = {
  'nothing, ever': ({ values }) => new Float64Array(values.length),
  'random numbers': ({ values }) => Float64Array.from(values, seededRandom(1)),
  'new extreme by 5 % of the range': newExtremes,
  'Cortex, default configuration': cortexScores,
};

/** The Numenta benchmark, one threshold for all files: scores on all of them, and with the threshold of the other half. */
export async function benchNab(dataDir: string): Promise<readonly Table[]> {
  const folder = join(dataDir, 'nab-dev');
  const scorerFile = join(dataDir, '..', 'tools', 'nab-score.mjs');
  if (!existsSync(folder) || !existsSync(scorerFile)) return [];
  const scorer = (await import(pathToFileURL(scorerFile).href)) as Scorer;
  const labels = JSON.parse(readFileSync(join(folder, 'labels', 'combined_windows.json'), 'utf8')) as Labels;
  const recordings = Object.keys(labels).map((file): Recording => {
    const { ts, values } = scorer.readCsv(join(folder, 'data', file));
    return { file, timestamps: ts, times: ts.map((text) => Date.parse(`${text.replace(' ', 'T')}Z`)), values };
  });
  const rows = Object.entries(detectors).map(([name, detector]) => {
    const scores = new Map(recordings.map((recording) => [recording.file, detector(recording)]));
    const all = corpusOf(scorer, labels, recordings, scores, () => true);
    const profiles: readonly Profile[] = ['standard', 'reward_low_FP_rate', 'reward_low_FN_rate'];
    const result = all.corpus.score(all.scores);
    return [
      name,
      ...profiles.map((profile) => result[profile].score.toFixed(1)),
      crossed(scorer, labels, recordings, scores),
    ];
  });
  return [
    {
      title: `Numenta benchmark, ${recordings.length} of its 58 files, one threshold for all`,
      columns: ['detector', 'standard', 'low FP', 'low FN', 'standard, threshold of the other half'],
      rows,
      notes: ['Best published on all 58 files: 74.85 / 66.98 / 80.36. Differences below 3 mean nothing.'],
    },
  ];
}

function corpusOf(
  { Corpus }: Scorer,
  labels: Labels,
  recordings: readonly Recording[],
  scoresOf: ReadonlyMap<string, ArrayLike<number>>,
  isIn: (index: number) => boolean,
) {
  const files = Object.keys(labels).filter((_, index) => isIn(index));
  const corpus = new Corpus(
    Object.fromEntries(files.map((file) => [file, labels[file]])),
    (file) => recordings.find((recording) => recording.file === file)?.timestamps,
  );
  const scores = new Float64Array(corpus.n);
  for (const { rel, off } of corpus.files) scores.set(scoresOf.get(rel) ?? [], off);
  return { corpus, scores };
}

/** Both halves of the files, alternately, each scored at the threshold that is best for the other. */
function crossed(
  scorer: Scorer,
  labels: Labels,
  recordings: readonly Recording[],
  scoresOf: ReadonlyMap<string, ArrayLike<number>>,
): string {
  const halves = [0, 1].map((half) => corpusOf(scorer, labels, recordings, scoresOf, (index) => index % 2 === half));
  const profile = scorer.PROFILES.standard;
  let raw = 0;
  let windows = 0;
  for (const [index, { corpus, scores }] of halves.entries()) {
    const other = halves[1 - index];
    if (other === undefined) continue;
    const { threshold } = other.corpus.score(other.scores).standard;
    for (const file of corpus.atThreshold(scores, threshold, profile)) raw += file.raw;
    windows += corpus.nWindows;
  }
  const nothing = -windows * profile.fn;
  return ((100 * (raw - nothing)) / (windows * profile.tp - nothing)).toFixed(1);
}

function cortexScores({ file, times, values }: Recording): number[] {
  const samples = times.map((timeMs, index) => ({ timeMs, value: values[index] ?? Number.NaN }));
  const identity = { service: 'nab', metric: file.replace(/^.*\/|\.csv$/g, ''), labels: {} };
  return [...backtestSeries(settings, identity, samples)].map(({ alarm }) => alarm);
}

function newExtremes({ values }: Recording): Float64Array {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  return Float64Array.from(values, (value, index) => {
    const beyond = Math.max(value - high, low - value) / (high - low || 1);
    low = Math.min(low, value);
    high = Math.max(high, value);
    return index > 50 && beyond > 0.05 ? 1 : 0;
  });
}
