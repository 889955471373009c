/** Each member scores a row in its own way; the weights are those of their surprises in the common score. */
const weights = {
  /** How far from the centre, by {@link ridgeDistance}. */
  distance: 1,
  /** How far from its forecast, outside the plane that such errors lie near. */
  forecast: 1.5,
  autoencoder: 0.5,
  forest: 0.25,
  /** The greatest deviation of any single metric. */
  maximum: 0.25,
} as const;

export type Member = keyof typeof weights;
export const members = Object.keys(weights) as readonly Member[];
export const memberWeights: readonly number[] = Object.values(weights);

/** Raw scores are squares, but for the forest's. */
export const isSquare: readonly boolean[] = members.map((member) => member !== 'forest');
