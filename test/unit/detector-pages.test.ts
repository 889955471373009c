import { readFileSync, readdirSync } from 'node:fs';
import { allDetectors, anomalyOf, detected, lastByService, updatesOf } from '@cortex/detection/testing';
import { describe, expect, it } from 'vitest';
import { recordInstance } from '../../tools/generate/detectors/record-instance.ts';
import { recordMissing } from '../../tools/generate/detectors/record-missing.ts';
import {
  detectorPictures,
  detectorsFolder,
  explanationOf,
  recordAll,
  recordTraces,
} from '../../tools/generate/detectors/pictures.ts';

const read = (name: string): string => readFileSync(`${detectorsFolder}/${name}`, 'utf8');
/** As one line: prose may be wrapped anywhere. */
const proseOf = (name: string): string => read(name).replaceAll(/\n(> )?/g, ' ');
const names = allDetectors.map(({ name }) => name);
const recordings = recordAll();
const pictures = detectorPictures();

describe('the pages of the detectors', () => {
  it('have a scene for each detector of the registry, and no other', () => {
    expect(recordings.map(({ scene }) => scene.detector).toSorted()).toEqual(names.toSorted());
  });

  it('have an index with each detector and its thumbnail', () => {
    const rows = [
      ...read('README.md').matchAll(/^\| !\[\]\(pictures\/(\w+)-small\.svg\) +\| \[`(\w+)`\]\((\w+)\.md\)/gm),
    ];
    expect(rows.map(([, ...cells]) => cells)).toEqual(names.map((name) => [name, name, name]));
  });

  it.each(allDetectors)('tell component and trust of $name, and show its picture', ({ name, component, trust }) => {
    const page = proseOf(`${name}.md`);
    expect(page).toContain(`# \`${name}\``);
    expect(page).toContain(`(pictures/${name}.svg)`);
    expect(page).toContain(`Component \`${component}\`, trust ${trust}:`);
  });

  it.each(recordings)('quote what the anomaly of $scene.detector says', (recording) => {
    expect(proseOf(`${recording.scene.detector}.md`)).toContain(`${explanationOf(recording)} `);
  });

  it('quote what the anomalies of more than one series say', () => {
    expect(proseOf('logs-and-traces.md')).toContain(`${explanationOf(recordTraces())} `);
    const openings = recordInstance().openings.map(({ explanation }) => explanation);
    expect(openings).toHaveLength(1);
    expect(proseOf('instance.md')).toContain(`${openings[0]} `);
    expect(proseOf('missing-data.md')).toContain(`${recordMissing().opened?.explanation} `);
    const updates = updatesOf([
      detected(anomalyOf('db', 0, { metric: 'connections' })),
      detected(anomalyOf('shop', 2)),
    ]);
    expect(proseOf('correlation.md')).toContain(`${lastByService(updates).get('shop')?.explanation} `);
  });

  it('have no picture that is not generated, and none that is heavy', () => {
    const generated = new Map(pictures.map(({ path, text }) => [path, Buffer.byteLength(text)]));
    const sizes = readdirSync(`${detectorsFolder}/pictures`).map((name) => ({
      name,
      bytes: generated.get(`${detectorsFolder}/pictures/${name}`) ?? Number.POSITIVE_INFINITY,
    }));
    expect(sizes.filter(({ bytes }) => bytes > 30_000)).toEqual([]);
  });
});
