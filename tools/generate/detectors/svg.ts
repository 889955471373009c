/** One element; attributes in the order given. Text content is escaped, children are not. */
export function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeText(String(value))}"`)
    .join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

export function text(
  x: number,
  y: number,
  content: string,
  attributes: Readonly<Record<string, string | number>> = {},
): string {
  return element('text', { x, y, ...attributes }, escapeText(content));
}

export function escapeText(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function line(points: readonly Point[], attributes: Readonly<Record<string, string | number>>): string {
  return element('polyline', { ...attributes, points: points.map(({ x, y }) => `${x},${y}`).join(' ') });
}

/** A picture that needs nothing but itself, on a ground of its own, for light and dark. */
export function svgPage(width: number, height: number, title: string, body: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeText(title)}</title>
<style>${style}</style>
<rect class="ground" width="${width}" height="${height}" rx="6"/>
${body.join('\n')}
</svg>
`;
}

const style = `
svg { --ground: #fff; --ink: #1f2328; --faint: #656d76; --rule: #d0d7de; --value: #0b5cad; --band: #2da44e; --open: #c4332b; --fault: #9a6700; --own: #8250df; }
@media (prefers-color-scheme: dark) {
  svg { --ground: #0d1117; --ink: #e6edf3; --faint: #9198a1; --rule: #3d444d; --value: #6cb6ff; --band: #3fb950; --open: #ff7b72; --fault: #e3b341; --own: #bc8cff; }
}
text { font: 12px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: var(--faint); }
.ground { fill: var(--ground); } .title { font-size: 14px; font-weight: 600; fill: var(--ink); } .ink { fill: var(--ink); }
.rule { stroke: var(--rule); stroke-width: 1; fill: none; } .limit { stroke: var(--faint); stroke-dasharray: 4 4; fill: none; }
.value { stroke: var(--value); stroke-width: 1.4; fill: none; stroke-linejoin: round; } .value-text { fill: var(--value); }
.band { fill: var(--band); fill-opacity: .2; } .band-text { fill: var(--band); }
.span { fill: var(--open); fill-opacity: .16; } .mark { stroke: var(--open); stroke-width: 1.4; } .open-text { fill: var(--open); font-weight: 600; }
.fault { fill: var(--fault); } .fault-text { fill: var(--fault); }
.own { stroke: var(--own); stroke-width: 1.8; fill: none; stroke-linejoin: round; } .own-text { fill: var(--own); }
.together { stroke: var(--faint); stroke-width: 1.2; fill: none; stroke-linejoin: round; }
`;
