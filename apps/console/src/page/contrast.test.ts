import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./theme.css', import.meta.url), 'utf8');
const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');

function colours(part: string): ReadonlyMap<string, string> {
  const block = part.slice(0, part.indexOf('\n}'));
  return new Map([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]));
}

/** Relative luminance and contrast ratio of WCAG 2.2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((left, right) => right - left);
  return (lighter + 0.05) / (darker + 0.05);
}

const textPairs: readonly (readonly [string, string])[] = [
  ...['text', 'soft', 'info', 'good', 'warning', 'bad', 'accent'].map((name) => [name, 'surface'] as const),
  ...['text', 'soft', 'info', 'good', 'warning', 'bad'].map((name) => [name, 'page'] as const),
  ...['info', 'good', 'warning', 'bad'].map((name) => [name, `${name}-wash`] as const),
  ...['info', 'good', 'bad', 'accent'].map((name) => ['on-strong', name] as const),
  ['soft', 'neutral-wash'],
  ['text', 'warning-wash'],
  ['text', 'raised'],
];

describe.each([
  ['light', colours(light)],
  ['dark', colours(dark)],
])('in the %s', (_name, palette) => {
  const of = (name: string | undefined): string => palette.get(name ?? '') ?? '';

  test.each(textPairs)('%s on %s can be read (WCAG AA, 4.5)', (front, back) => {
    expect(contrast(of(front), of(back))).toBeGreaterThanOrEqual(4.5);
  });

  test('white on the alarm, and the lines of fields and buttons, stand out', () => {
    expect(contrast('#ffffff', of('alarm'))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(of('line-strong'), of('surface'))).toBeGreaterThanOrEqual(3);
  });
});
