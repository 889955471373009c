import { z } from 'zod';

/** What an anomaly was seen in; `threshold` is declared by the trigger of a playbook. */
export const AnomalyKind = z.enum(['metric', 'threshold', 'log', 'trace', 'alert']);
export type AnomalyKind = z.infer<typeof AnomalyKind>;

export const AnomalyDirection = z.enum(['up', 'down']);
export type AnomalyDirection = z.infer<typeof AnomalyDirection>;
