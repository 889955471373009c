import { Name, type CollectorSettings, type SeriesSample } from '@cortex/contracts';
import { maxLabelName, maxLabels, maxLabelValue } from '../limits.ts';
import { Rejection } from '../rejections.ts';

export type LabelMapping = CollectorSettings['labels'];
export type Identity = Pick<SeriesSample, 'service' | 'instance' | 'labels'>;
type Label = readonly [name: string, value: string];

/** The service of series without any of the labels that name one. As in OpenTelemetry. */
export const unknownService = 'unknown_service';

/**
 * The identity of a series from its labels: the first label of the mapping that is present and not empty names the
 * service, and likewise the instance; `otherwise` names the service if there is none. These labels and `__name__` are
 * removed from the labels.
 */
export function identify(
  all: readonly Label[],
  mapping: LabelMapping,
  { labelCount = all.length, otherwise = unknownService } = {},
): Identity | Rejection {
  const { service, instance, rest } = pick(all, mapping);
  const excess = excessOf(rest, labelCount);
  if (excess !== undefined) return new Rejection('beyond_limits', excess);
  for (const label of [service, instance]) {
    if (label === undefined || Name.safeParse(label[1]).success) continue;
    return new Rejection('bad_name', `${label[0]} "${label[1].slice(0, 128)}" is no name that Cortex takes`);
  }
  return {
    service: service?.[1] ?? otherwise,
    ...(instance === undefined ? {} : { instance: instance[1] }),
    labels: Object.fromEntries(rest),
  };
}

/** The labels that name the service and the instance, and the remaining ones, without the name of the metric. */
export function pick(all: readonly Label[], mapping: LabelMapping) {
  const labels = all.filter(([name, value]) => name !== '__name__' && value !== '');
  const service = firstOf(labels, mapping.service);
  const instance = firstOf(labels, mapping.instance);
  return { service, instance, rest: labels.filter((label) => label !== service && label !== instance) };
}

function firstOf(labels: readonly Label[], names: readonly string[]): Label | undefined {
  return names.map((name) => labels.find(([own]) => own === name)).find((label) => label !== undefined);
}

/** The limit that is exceeded, and by what. */
function excessOf(rest: readonly Label[], labelCount: number): string | undefined {
  if (rest.length > maxLabels) return `a series has ${labelCount} labels; at most ${maxLabels} are taken`;
  for (const [name, value] of rest) {
    if (name === '' || name.length > maxLabelName) {
      return `a label has a name of ${name.length} characters; 1 to ${maxLabelName} are taken`;
    }
    if (value.length > maxLabelValue) {
      return `the value of label ${name} has ${value.length} characters; at most ${maxLabelValue} are taken`;
    }
  }
  return undefined;
}
