import { senders, type MissingRecording } from './record-missing.ts';
import { clock, linearScale } from './scales.ts';
import { minuteMs } from './scene.ts';
import { element, svgPage, text } from './svg.ts';

const width = 760;
const height = 214;
const [left, right, top, bottom] = [76, 744, 70, 164] as const;

/** A dot for all that arrives, a row for each instance, and the time in which data was missing. */
export function drawMissing({ fromMs, toMs, silent, heardMs, opened, clearedMs }: MissingRecording): string {
  const x = linearScale([fromMs, toMs], [left, right]);
  const rows = heardMs.flatMap((times, index) => {
    const y = top + 18 + 30 * index;
    const dots = times.map((timeMs) => `M${x(timeMs)} ${y}h0`).join('');
    return [
      text(16, y + 4, senders[index] ?? '', { class: 'ink' }),
      element('path', {
        class: 'value',
        d: dots,
        'stroke-width': 4,
        'stroke-linecap': 'round',
        style: 'stroke-width:4',
      }),
    ];
  });
  const minutes = Math.floor((toMs - fromMs) / (2 * minuteMs));
  const ticks = Array.from({ length: minutes + 1 }, (_, index) => fromMs + index * 2 * minuteMs).map((timeMs) =>
    text(x(timeMs), bottom + 16, clock(timeMs), { 'text-anchor': 'middle' }),
  );
  return svgPage(width, height, 'missing_data: shop-1 ceases to send', [
    text(16, 24, 'What arrives of the instances of shop', { class: 'title' }),
    text(x(silent.fromMs) - 6, top - 6, 'the fault: the exporter is dead', {
      class: 'fault-text',
      'text-anchor': 'end',
    }),
    element('rect', {
      class: 'fault',
      x: x(silent.fromMs),
      y: top - 12,
      width: x(silent.toMs) - x(silent.fromMs),
      height: 4,
    }),
    ...anomaly(opened?.timeMs, clearedMs ?? toMs, x),
    element('path', { class: 'rule', d: `M${left} ${bottom}H${right}` }),
    ...rows,
    ...ticks,
    text(16, bottom + 16, 'UTC'),
    text(
      16,
      height - 12,
      opened === undefined ? 'No anomaly opens.' : `At ${clock(opened.timeMs)}: ${opened.explanation}.`,
      {
        class: 'ink',
      },
    ),
  ]);
}

function anomaly(openedMs: number | undefined, clearedMs: number, x: (timeMs: number) => number): readonly string[] {
  if (openedMs === undefined) return [];
  const [start, end] = [x(openedMs), x(clearedMs)];
  return [
    element('rect', {
      class: 'span',
      x: start,
      y: top,
      width: Math.round((end - start) * 10) / 10,
      height: bottom - top,
    }),
    element('path', { class: 'mark', d: `M${start} ${top - 4}V${bottom}` }),
    text(start, top - 18, `open ${clock(openedMs)} – ${clock(clearedMs)}`, { class: 'open-text' }),
  ];
}
