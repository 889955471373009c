/** What the metrics of an instance together say of one of them. */
export interface EntityVoice {
  readonly definition: { readonly component: 'ml' };
  /** Of the metric, in its standard deviations; below zero for too low. */
  readonly deviation: number;
  readonly score: number;
  readonly algorithms: readonly { readonly name: string; readonly score: number; readonly anomalous: boolean }[];
}
