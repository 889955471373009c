const codes = { red: 31, green: 32, yellow: 33, faint: 2 } as const;
export type Colour = keyof typeof codes;

/** Coloured where somebody sees it, else the text as it is. */
export function paint(colour: Colour, text: string, hasColour: boolean): string {
  return hasColour ? `\u001B[${codes[colour]}m${text}\u001B[0m` : text;
}
