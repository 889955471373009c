import { instanceMetrics, type InstanceRecording } from './record-instance.ts';
import { clock, domainOf, linearScale, timeTicks, valueTicks } from './scales.ts';
import { element, line, svgPage, text } from './svg.ts';

const width = 760;
const height = 372;
const [left, right] = [64, 744];
const metrics = { top: 64, bottom: 196 };
const behavior = { top: 224, bottom: 320 };
const classes = ['own', 'value', 'together'] as const;
const textClasses = ['own-text', 'value-text', 'faint'] as const;

/** The metrics, each in shares of its mean, and below them how unusual they are together. */
export function drawInstance({ moments, onsetMs, openings }: InstanceRecording): string {
  const [fromMs, toMs] = [moments[0]?.timeMs ?? 0, moments.at(-1)?.timeMs ?? 0];
  const x = linearScale([fromMs, toMs], [left, right]);
  const shares = instanceMetrics.map((_, place) => sharesOf(moments.map(({ row }) => row[place] ?? 0)));
  const domain = domainOf(shares.flat());
  const y = linearScale(domain, [metrics.bottom, metrics.top]);
  const strange = moments.flatMap(({ timeMs, behavior: nats }) => (nats === undefined ? [] : [{ timeMs, nats }]));
  const nats = domainOf([0, ...strange.map((one) => one.nats)]);
  const yNats = linearScale(nats, [behavior.bottom, behavior.top]);
  const names = instanceMetrics.map((name, place) =>
    element('tspan', { class: textClasses[place] ?? '' }, `― ${name}   `),
  );
  const told = openings.map(({ timeMs, metric }) => `${metric} at ${clock(timeMs)}`).join(', ');
  return svgPage(width, height, 'The metrics of shop-1 together', [
    text(16, 24, 'The metrics of shop-1, in shares of their mean', { class: 'title' }),
    element('text', { x: right, y: 24, 'text-anchor': 'end', 'xml:space': 'preserve' }, names.join('')),
    text(x(onsetMs) - 6, metrics.top - 8, 'the fault: the processor turns against the load', {
      class: 'fault-text',
      'text-anchor': 'end',
    }),
    element('rect', { class: 'fault', x: x(onsetMs), y: metrics.top - 14, width: right - x(onsetMs), height: 4 }),
    ...valueTicks(domain).map((tick) => text(left - 8, y(tick) + 4, String(tick), { 'text-anchor': 'end' })),
    ...shares.map((values, place) =>
      line(
        values.map((value, index) => ({ x: x(moments[index]?.timeMs ?? 0), y: y(value) })),
        { class: classes[place] ?? '' },
      ),
    ),
    element('path', { class: 'rule', d: `M${left} ${metrics.bottom}H${right}M${left} ${behavior.bottom}H${right}` }),
    text(left, behavior.top - 10, 'system_behavior: how unusual the row is, in nats', { class: 'ink' }),
    ...valueTicks(nats).map((tick) => text(left - 8, yNats(tick) + 4, String(tick), { 'text-anchor': 'end' })),
    line(
      strange.map((one) => ({ x: x(one.timeMs), y: yNats(one.nats) })),
      { class: 'value' },
    ),
    ...openings.map(({ timeMs }) =>
      element('path', { class: 'mark', d: `M${x(timeMs)} ${metrics.top - 4}V${behavior.bottom}` }),
    ),
    ...timeTicks(fromMs, toMs).map((timeMs) =>
      text(x(timeMs), behavior.bottom + 16, clock(timeMs), { 'text-anchor': 'middle' }),
    ),
    text(16, behavior.bottom + 16, 'UTC'),
    text(16, height - 14, told === '' ? 'No anomaly opens.' : `Anomalies that open: ${told}.`, { class: 'ink' }),
  ]);
}

function sharesOf(values: readonly number[]): readonly number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value / mean);
}
