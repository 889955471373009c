import { plotValues } from './plot.ts';
import type { Recording } from './record-scene.ts';
import { svgPage } from './svg.ts';

const width = 200;
const height = 64;

/** The values, the band and the anomaly, without a word. */
export function drawThumbnail(recording: Recording): string {
  const box = { left: 4, right: width - 4, top: 4, bottom: height - 4 };
  return svgPage(width, height, recording.scene.title, plotValues(recording, box).layers);
}
