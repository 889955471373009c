import type { CheckTier, OnAmbiguous, RiskLevel } from '@cortex/contracts';
import type { z } from 'zod';

/**
 * What this library needs to know of the installed plugins; the plugin registries have this shape already. A kind that
 * is left out is not validated: a service knows the plugins that it runs, `cortex validate` knows all.
 */
export interface PluginCatalogue {
  readonly actions?: ReadonlyMap<string, ActionEntry>;
  readonly checks?: ReadonlyMap<string, CheckEntry>;
  readonly channels?: ReadonlyMap<string, ChannelEntry>;
}

export interface ActionEntry {
  readonly params: z.ZodType;
  /** Absent: only the user can know, so the step must state it. */
  readonly onAmbiguous?: OnAmbiguous | undefined;
  /** Absent: not known, so not validated. */
  readonly idempotent?: boolean;
  readonly probe?: unknown;
  readonly riskLevel?: RiskLevel;
}

export interface CheckEntry {
  readonly params: z.ZodType;
  readonly tier: CheckTier;
}

export interface ChannelEntry {
  readonly params: z.ZodType;
}
