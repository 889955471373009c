import type { Anomaly, AnomalySeverity } from '@cortex/contracts';
import { maxLabelName, maxLabels, maxLabelValue, maxMetricName } from '../limits.ts';
import { pick, unknownService, type LabelMapping } from '../prometheus/identify.ts';
import type { ReceivedAlert } from './payload.ts';

/** The constant part of an alert's anomaly. */
export type AlertFacts = Pick<Anomaly, 'service' | 'instance' | 'metric' | 'labels' | 'severity' | 'explanation'>;

/** By the label `severity`; anything else is medium. */
const severities = new Map<string, AnomalySeverity>([
  ['critical', 'critical'],
  ['page', 'critical'],
  ['error', 'high'],
  ['high', 'high'],
  ['warning', 'medium'],
  ['medium', 'medium'],
  ['low', 'low'],
  ['info', 'info'],
  ['none', 'info'],
]);

/** No alert is dropped because of its texts: unsuitable ones are cut or replaced. */
export function factsOf({ labels, annotations }: ReceivedAlert, mapping: LabelMapping): AlertFacts {
  const { service, instance, rest } = pick(Object.entries(labels), mapping);
  const name = (labels['alertname'] ?? '').slice(0, maxMetricName) || 'alert';
  const instanceName = toName(instance?.[1]);
  const { summary, description } = annotations;
  const said = [summary, description].filter((text) => text !== undefined && text !== '').join(': ');
  return {
    service: toName(service?.[1]) ?? unknownService,
    ...(instanceName === undefined ? {} : { instance: instanceName }),
    metric: name,
    labels: Object.fromEntries(
      rest
        .filter(([label]) => label !== 'alertname' && label !== '')
        .slice(0, maxLabels)
        .map(([label, value]) => [label.slice(0, maxLabelName), value.slice(0, maxLabelValue)]),
    ),
    severity: severities.get(labels['severity']?.toLowerCase() ?? '') ?? 'medium',
    explanation: (said === '' ? `alert ${name}` : said).slice(0, 4_000),
  };
}

/** The nearest valid name. */
function toName(text: string | undefined): string | undefined {
  const name = (text ?? '')
    .replaceAll(/[^\p{L}\p{N}._:/ -]/gu, '_')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 128)
    // Removes half of a surrogate pair that was cut in the middle.
    .replace(/[\ud800-\udbff]$/, '');
  return name === '' ? undefined : name;
}
