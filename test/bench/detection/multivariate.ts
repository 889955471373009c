import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { round, type Table } from '../report.ts';
import { labelledSets, readEntity, type LabelledEntity, type LabelledSet } from './labelled-entity.ts';
import { meanRanking, rankingOf, type Ranking } from './ranking.ts';
import { fitted, maxZ, randomScores, streamed, type Scored, type Scorer } from './scorers.ts';

const scorers: Readonly<Record<string, Scorer>> = {
  'random numbers': randomScores,
  'greatest z of any metric': maxZ,
  'entity, fitted on the training part': fitted({}),
  'the same without autoencoder': fitted({ autoencoder: false }),
  'entity, streaming through both parts': streamed({ autoencoder: false }, true),
  'entity, streaming, test part alone': streamed({ autoencoder: false }, false),
};

/** Entities with many metrics on the public sets that are there. */
export function benchEntities(dataDir: string): readonly Table[] {
  return labelledSets.filter(({ folder }) => existsSync(join(dataDir, folder))).map((set) => benchSet(dataDir, set));
}

function benchSet(dataDir: string, set: LabelledSet): Table {
  const names = [...set.chosenOn, ...set.confirmedOn];
  const entities = names.map((name) => readEntity(dataDir, set, name));
  const rows = Object.entries(scorers).map(([title, scorer]) => {
    const scored = entities.map((entity) => scorer(entity));
    const rankings = scored.map(({ scores, from }, index) => rankingOf(scores, labelsOf(entities, index, from)));
    const chosen = set.chosenOn.length;
    return [
      title,
      cell(rankings),
      cell(rankings.slice(0, chosen)),
      cell(rankings.slice(chosen)),
      ...reportedShares(scored, entities),
      mean(scored.map(({ fitMs }) => fitMs)),
      mean(scored.map(({ rowUs }) => rowUs)),
    ];
  });
  return {
    title: set.title,
    columns: ['F1 / AP', 'all', 'chosen on', 'confirmed on', 'normal > ½', 'anomalous > ½', 'fit, ms', 'row, µs'],
    rows,
    notes: ['Row by row, without point adjustment; the best threshold of each entity; means over the entities.'],
  };
}

function labelsOf(entities: readonly LabelledEntity[], index: number, from: number): Uint8Array {
  return entities[index]?.labels.subarray(from) ?? new Uint8Array();
}

function cell(rankings: readonly Ranking[]): string {
  const { f1, ap } = meanRanking(rankings);
  return `${f1.toFixed(3)} / ${ap.toFixed(3)}`;
}

/** How many normal and how many labelled rows the detector's own threshold reports. */
function reportedShares(scored: readonly Scored[], entities: readonly LabelledEntity[]): string[] {
  const totals = [0, 0];
  const reportedRows = [0, 0];
  for (const [index, { reported, from }] of scored.entries()) {
    if (reported === undefined) return ['-', '-'];
    for (const [row, label] of labelsOf(entities, index, from).entries()) {
      totals[label] = (totals[label] ?? 0) + 1;
      reportedRows[label] = (reportedRows[label] ?? 0) + (reported[row] ?? 0);
    }
  }
  return [0, 1].map((label) => `${((100 * (reportedRows[label] ?? 0)) / (totals[label] ?? 1)).toFixed(1)} %`);
}

function mean(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? '-' : String(round(known.reduce((sum, value) => sum + value, 0) / known.length));
}
