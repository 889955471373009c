import { maxLineLength, maxTokens } from '../limits.ts';

export const wildcard = '<*>';

/** Parts that differ from record to record, the most specific first. Each pattern takes time linear in the line. */
const masks: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g, '<ip>'],
  [/(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])/gi, '<ip>'],
  [/(["'`])[^"'`\s/]*\/[^"'`]*["'`]/g, '<path>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [/\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '<hex>'],
  [/(?<![A-Za-z_\d])[+-]?\d+(?:[.,:]\d+)*/g, '<num>'],
];

/** The words of the first line, with variable parts masked. Bounded in number and length. */
export function tokensOf(body: string): string[] {
  let line = firstLine(body);
  for (const [pattern, mask] of masks) line = line.replace(pattern, mask);
  const tokens = line.split(/\s+/).filter((token) => token !== '');
  return tokens.length > maxTokens ? [...tokens.slice(0, maxTokens - 1), wildcard] : tokens;
}

/** Of a stack trace, its message. */
function firstLine(body: string): string {
  const start = body.slice(0, maxLineLength).trimStart();
  const end = start.search(/[\r\n]/);
  return end === -1 ? start : start.slice(0, end);
}
