import { CheckTier } from '@cortex/contracts';
import { loadPlugins } from '@cortex/plugin-loader';
import { defineCheck } from './define-check.ts';
import type { CheckPlugin } from './define-check.ts';
import { builtinChecks } from './registry.ts';

/**
 * The built-in checks and those of the user's folders: every `<name>.check.mjs` whose default export is
 * `({ defineCheck, z }) => defineCheck({ … })`. Throws `CORTEX_CHECK_LOAD` on the first that cannot be used.
 */
export function loadChecks(folders: readonly string[]): Promise<ReadonlyMap<string, CheckPlugin>> {
  return loadPlugins({
    folders,
    kind: 'check',
    suffix: '.check.mjs',
    shape: 'export default ({ defineCheck, z }) => defineCheck({ name, summary, tier, params, run })',
    builtin: builtinChecks,
    tools: { defineCheck },
    problemOf(check) {
      if (!CheckTier.safeParse(check.tier).success) return `tier must be one of ${CheckTier.options.join(', ')}`;
      return typeof check.run === 'function' ? undefined : 'run is missing';
    },
    define: defineCheck,
  });
}
