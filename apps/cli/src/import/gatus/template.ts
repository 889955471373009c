interface Piece {
  readonly kind: 'text' | 'variable';
  readonly text: string;
}

/** A text of a Gatus file with the environment variables that it names. */
export interface Template {
  readonly pieces: readonly Piece[];
  readonly variables: readonly string[];
}

const dollar = /\$\$|\$\{([A-Za-z_]\w{0,127})\}|\$([A-Za-z_]\w{0,127})|\$(?=[{*#@!?\-\d])/g;

/** Reads `$NAME`, `${NAME}` and `$$`. `undefined`: a `$` that Gatus would read as something else. */
export function readTemplate(text: string): Template | undefined {
  const pieces: Piece[] = [];
  let literal = '';
  let end = 0;
  for (const match of text.matchAll(dollar)) {
    const name = match[1] ?? match[2];
    literal += text.slice(end, match.index);
    end = match.index + match[0].length;
    if (match[0] === '$$') literal += '$';
    else if (name === undefined) return undefined;
    else {
      pieces.push({ kind: 'text', text: literal }, { kind: 'variable', text: name });
      literal = '';
    }
  }
  pieces.push({ kind: 'text', text: literal + text.slice(end) });
  const filled = pieces.filter((piece) => piece.text !== '');
  return {
    pieces: filled,
    variables: filled.filter(({ kind }) => kind === 'variable').map((piece) => piece.text),
  };
}

/** The text itself, if no variable is in it. */
export function plainText({ pieces, variables }: Template): string | undefined {
  return variables.length === 0 ? pieces.map(({ text }) => text).join('') : undefined;
}

/** The text with references in place of variables; `undefined` where Cortex would read it differently. */
export function withReferences({ pieces }: Template): string | undefined {
  const [only] = pieces;
  if (pieces.length === 1 && only?.kind === 'variable') return `env:${only.text}`;
  const literals = pieces.filter(({ kind }) => kind === 'text').map(({ text }) => text);
  if (literals.some((text) => text.includes('{{')) || /^(?:env:|file:\/)/.test(literals[0] ?? '')) return undefined;
  return pieces.map(({ kind, text }) => (kind === 'text' ? text : `{{env:${text}}}`)).join('');
}
