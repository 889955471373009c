/** The joint score of an instance's metrics for one of them. */
export interface EntityScore {
  readonly definition: { readonly component: 'ml' };
  /** Of the metric, in its standard deviations; negative for too low. */
  readonly deviation: number;
  readonly score: number;
  readonly algorithms: readonly { readonly name: string; readonly score: number; readonly anomalous: boolean }[];
}
