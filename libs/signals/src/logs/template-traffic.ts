import type { Template } from './template-tree.ts';

/** What is counted of a template. */
export interface TemplateTraffic {
  readonly template: Template;
  /** Records in the open window. */
  count: number;
  /** Records per second of late. */
  perSecond: number;
  seenAtMs: number;
  /** How it is told, from the moment on that it has a series: a series whose label changed would be another one. */
  label: string | undefined;
}

export function newTraffic(template: Template): TemplateTraffic {
  return { template, count: 0, perSecond: 0, seenAtMs: 0, label: undefined };
}

/** The share of the newest window in what is called of late. */
const smoothing = 0.1;

/** Closes the window: its records per second. */
export function closeWindow(traffic: TemplateTraffic, seconds: number): number {
  const perSecond = traffic.count / seconds;
  traffic.perSecond += smoothing * (perSecond - traffic.perSecond);
  traffic.count = 0;
  return perSecond;
}
