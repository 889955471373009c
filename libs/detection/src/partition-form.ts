import type { JsonRecord } from '@cortex/contracts';
import { z } from 'zod';
import { entityOptions } from './entities/close-row.ts';
import { restoreEntityOf, saveEntityOf } from './entities/entity.ts';
import { restoreLimits, SavedLimits, saveLimits } from './limits/limited-form.ts';
import { restoreMissingData, saveMissingData } from './missing/missing-data.ts';
import { addSeries, emptyPartition, type PartitionState } from './partition.ts';
import { restoreSeries, saveSeries } from './series/series.ts';
import type { DetectionSettings } from './settings.ts';

const formVersion = 3;
const Saved = z.strictObject({
  version: z.literal(formVersion),
  clockMs: z.number(),
  sweptAtMs: z.number(),
  limited: SavedLimits,
  missing: z.unknown(),
  series: z.array(z.unknown()),
  entities: z.array(z.unknown()),
});

/** The state as JSON, and a copy of it: restored from it, detection goes on identically. */
export function savePartition(state: PartitionState): JsonRecord {
  const saved = {
    version: formVersion,
    clockMs: state.clockMs,
    sweptAtMs: state.sweptAtMs,
    limited: saveLimits(state.limited),
    missing: saveMissingData(state.missing),
    series: [...state.series.values()].map(saveSeries),
    entities: [...state.entities.values()].map(saveEntityOf),
  };
  return saved as unknown as JsonRecord;
}

/** Undoes {@link savePartition}. Throws on anything else, such as the form of another version. */
export function restorePartition(settings: DetectionSettings, value: unknown): PartitionState {
  const { clockMs, sweptAtMs, limited, missing, series, entities } = Saved.parse(value);
  const state = {
    ...emptyPartition(),
    limited: restoreLimits(limited),
    missing: restoreMissingData(missing),
    clockMs,
    sweptAtMs,
  };
  for (const one of entities) {
    const entity = restoreEntityOf(one, entityOptions(settings.machineLearning));
    state.entities.set(entity.key, entity);
  }
  for (const one of series)
    addSeries(
      state,
      restoreSeries(one, (identity) => settings.settingsFor(identity)),
    );
  return state;
}
