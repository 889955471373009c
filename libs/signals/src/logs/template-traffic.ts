import type { Template } from './template-tree.ts';

/** The counts of a template. */
export interface TemplateTraffic {
  readonly template: Template;
  /** Records in the open window. */
  count: number;
  /** Records per second, averaged over recent windows. */
  perSecond: number;
  seenAtMs: number;
  /** Its label from the time on that it has a series: with another label it would be another series. */
  label: string | undefined;
}

export function newTraffic(template: Template): TemplateTraffic {
  return { template, count: 0, perSecond: 0, seenAtMs: 0, label: undefined };
}

/** The weight of the newest window in the average. */
const smoothing = 0.1;

/** Closes the window and returns its records per second. */
export function closeWindow(traffic: TemplateTraffic, seconds: number): number {
  const perSecond = traffic.count / seconds;
  traffic.perSecond += smoothing * (perSecond - traffic.perSecond);
  traffic.count = 0;
  return perSecond;
}
