import { isNamedBy, shortId } from '@cortex/api';
import { ApiProblem } from '../api/problems.ts';

const shownMatches = 5;

/** What an id, or the start of one, names: one thing, or undefined when nothing has it. Throws when several have. */
export function nameById<Item>(
  wanted: string,
  items: readonly Item[],
  { kind, id, title }: { readonly kind: string; id(item: Item): string; title(item: Item): string },
): Item | undefined {
  const exact = items.find((item) => id(item) === wanted.toLowerCase());
  if (exact !== undefined) return exact;
  const matches = items.filter((item) => isNamedBy(id(item), wanted));
  if (matches.length <= 1) return matches[0];
  const shown = matches.slice(0, shownMatches).map((item) => `${shortId(id(item))} ${title(item)}`);
  const rest = matches.length > shownMatches ? [`${matches.length - shownMatches} more`] : [];
  throw new ApiProblem(
    'CORTEX_API_AMBIGUOUS_ID',
    `"${wanted}" fits ${matches.length} ${kind}s`,
    [...shown, ...rest].join('; '),
    'use the short id of the one that you mean, or more of the whole id',
  );
}
