import { DetectionRule } from '@cortex/contracts';
import { drawMissing } from './draw-missing.ts';
import { drawPicture } from './draw-picture.ts';
import { drawThumbnail } from './draw-thumbnail.ts';
import { drawInstance } from './draw-instance.ts';
import { patternScenes } from './pattern-scenes.ts';
import { recordInstance } from './record-instance.ts';
import { recordMissing } from './record-missing.ts';
import { recordScene, type Recording } from './record-scene.ts';
import { statisticalScenes } from './statistical-scenes.ts';
import { traceScene } from './trace-scene.ts';

/** Where pages and pictures of the detectors lie. */
export const detectorsFolder = 'docs/detectors';

const scenes = [...statisticalScenes, ...patternScenes];

/** Each detector at work: what the production code made of the fault that it is best at. */
export function recordAll(): readonly Recording[] {
  return scenes.map((scene) => recordScene(scene));
}

const sensitive = DetectionRule.parse({ match: {}, openAbove: 0.25 });

/** What the anomaly of the fault says; where none opens by default, what it would say with `open_above: 0.25`. */
export function explanationOf(recording: Recording): string | undefined {
  const { scene } = recording;
  const ofFault = ({ openings }: Recording) => openings.find(({ timeMs }) => timeMs >= scene.fault.fromMs);
  return (ofFault(recording) ?? ofFault(recordScene(scene, [sensitive])))?.explanation;
}

/** Requests of which some wait, made of spans. */
export const recordTraces = (): Recording => recordScene(traceScene);

/** A picture and a thumbnail for each detector; one for traces, for an instance, and for missing data. */
export function detectorPictures(): readonly { readonly path: string; readonly text: string }[] {
  const ofDetectors = recordAll().flatMap((recording) => {
    const path = `${detectorsFolder}/pictures/${recording.scene.detector}`;
    return [
      { path: `${path}.svg`, text: drawPicture(recording) },
      { path: `${path}-small.svg`, text: drawThumbnail(recording) },
    ];
  });
  return [
    ...ofDetectors,
    { path: `${detectorsFolder}/pictures/traces.svg`, text: drawPicture(recordTraces()) },
    { path: `${detectorsFolder}/pictures/instance.svg`, text: drawInstance(recordInstance()) },
    { path: `${detectorsFolder}/pictures/missing-data.svg`, text: drawMissing(recordMissing()) },
  ];
}
