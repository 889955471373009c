import { formatValue } from '@cortex/detection/testing';
import { plotValues, thin, type Box, type Plot } from './plot.ts';
import type { Opening, Recording } from './record-scene.ts';
import { clock, linearScale, timeTicks, valueTicks } from './scales.ts';
import { element, line, svgPage, text } from './svg.ts';

const width = 760;
const height = 400;
const values: Box = { left: 64, right: 744, top: 70, bottom: 236 };
const scores: Box = { left: 64, right: 744, top: 262, bottom: 336 };
const leastGap = 116;

/** Values and band, the fault, the anomaly; below them the score of the detector beside that of all; below that in words. */
export function drawPicture(recording: Recording): string {
  const { scene } = recording;
  const plot = plotValues(recording, values);
  return svgPage(width, height, `${scene.detector}: ${scene.title}`, [
    text(16, 24, scene.title, { class: 'title' }),
    legend(recording),
    ...plot.layers,
    ...valueAxis(recording, plot),
    ...timeAxis(recording, plot),
    ...faultBar(recording, plot),
    ...marks(recording, plot),
    ...scorePanel(recording, plot),
    ...inWords(recording).map((sentence, index) => text(16, 375 + 16 * index, sentence, { class: 'ink' })),
  ]);
}

/** The band has a name where there is one. */
function legend({ moments }: Recording): string {
  const hasBand = moments.some(({ range }) => range !== undefined);
  const band = hasBand ? element('tspan', { class: 'band-text' }, '■ normal for this detector   ') : '';
  const rest = `${element('tspan', { class: 'value-text' }, '― value   ')}${element('tspan', { class: 'open-text' }, '■ anomaly open')}`;
  return element('text', { x: values.right, y: 24, 'text-anchor': 'end', 'xml:space': 'preserve' }, band + rest);
}

function valueAxis({ unit }: Recording, { y, domain }: Plot): readonly string[] {
  return valueTicks(domain).flatMap((tick) => [
    element('path', { class: 'rule', d: `M${values.left} ${y(tick)}H${values.right}`, 'stroke-opacity': 0.5 }),
    text(values.left - 8, y(tick) + 4, formatValue(tick, unit), { 'text-anchor': 'end' }),
  ]);
}

function timeAxis({ scene }: Recording, { x }: Plot): readonly string[] {
  const { fromMs, toMs } = scene.shown;
  const ticks = timeTicks(fromMs, toMs).map((timeMs) =>
    text(x(timeMs), scores.bottom + 16, clock(timeMs), { 'text-anchor': anchorAt(x(timeMs)) }),
  );
  const axes = [values, scores].map((box) =>
    element('path', { class: 'rule', d: `M${box.left} ${box.bottom}H${box.right}` }),
  );
  return [...axes, ...ticks, text(16, scores.bottom + 16, 'UTC')];
}

/** Nothing is cut off at the edges. */
function anchorAt(x: number): string {
  if (x > values.right - 20) return 'end';
  return x < values.left + 20 ? 'start' : 'middle';
}

function faultBar({ scene }: Recording, { x }: Plot): readonly string[] {
  const { fault, shown } = scene;
  const [start, end] = [x(fault.fromMs), x(Math.min(fault.toMs, shown.toMs))];
  const length = Math.round((end - start) * 10) / 10;
  return [
    element('rect', { class: 'fault', x: start, y: values.top - 10, width: length, height: 4 }),
    text(start - 6, values.top - 4, `the fault: ${fault.what}`, { class: 'fault-text', 'text-anchor': 'end' }),
  ];
}

/** Of openings close to one another only the first is labelled. */
function marks({ openings, scene }: Recording, { x }: Plot): readonly string[] {
  const { fromMs, toMs } = scene.shown;
  let labelledUntil = Number.NEGATIVE_INFINITY;
  return openings
    .filter(({ timeMs }) => timeMs >= fromMs && timeMs <= toMs)
    .flatMap(({ timeMs, clearedMs }) => {
      const start = x(timeMs);
      const mark = element('path', { class: 'mark', d: `M${start} ${values.top - 4}V${values.bottom}` });
      if (start < labelledUntil) return [mark];
      labelledUntil = start + leastGap;
      const until = clearedMs === undefined ? '' : ` – ${clock(clearedMs)}`;
      return [mark, text(start, values.top - 18, `open ${clock(timeMs)}${until}`, { class: 'open-text' })];
    });
}

function scorePanel({ moments, scene, openAbove }: Recording, { x }: Plot): readonly string[] {
  const y = linearScale([0, 1], [scores.bottom, scores.top]);
  const shown = thin(moments);
  return [
    element('path', { class: 'limit', d: `M${scores.left} ${y(openAbove)}H${scores.right}` }),
    ...[0, openAbove, 1].map((tick) => text(scores.left - 8, y(tick) + 4, String(tick), { 'text-anchor': 'end' })),
    line(
      shown.map(({ timeMs, together }) => ({ x: x(timeMs), y: y(together) })),
      { class: 'together' },
    ),
    line(
      shown.map(({ timeMs, score }) => ({ x: x(timeMs), y: y(score) })),
      { class: 'own' },
    ),
    element(
      'text',
      { x: scores.left + 4, y: scores.top - 4, 'xml:space': 'preserve' },
      `${element('tspan', { class: 'own-text' }, `― score of ${scene.detector}   `)}― of all detectors together   - - an anomaly opens above`,
    ),
  ];
}

/** What opened the anomaly, and what the detector could have done alone. */
function inWords({ openings, moments, scene, openAbove }: Recording): readonly string[] {
  const opening = openings.find(({ timeMs }) => timeMs >= scene.fault.fromMs && timeMs <= scene.shown.toMs);
  const best = Math.max(...moments.map(({ alone }) => alone));
  const verdict = best > openAbove ? 'enough to open an anomaly' : 'too little to open an anomaly';
  return [
    opening === undefined
      ? `No anomaly opens: all detectors together reach ${highest(moments.map(({ together }) => together))}.`
      : `At ${clock(opening.timeMs)}: ${strongest(opening, scene.detector)}; together ${opening.together.toFixed(2)}, ${opening.severity}.`,
    `If the others saw nothing, ${scene.detector} would bring the whole to ${best.toFixed(2)} at most: ${verdict}.`,
  ];
}

function highest(numbers: readonly number[]): string {
  return Math.max(...numbers).toFixed(2);
}

/** The three with most to say, and always the one that the picture is about. */
function strongest({ scores: all }: Opening, own: string): string {
  return all
    .filter(({ name }, rank) => rank < 3 || name === own)
    .map(({ name, score }) => `${name} ${score.toFixed(2)}`)
    .join(', ');
}
