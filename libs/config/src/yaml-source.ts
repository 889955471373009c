import { messageOf } from '@cortex/errors';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, Pair } from 'yaml';

export type Path = readonly (string | number)[];

export interface Location {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem extends Location {
  readonly duplicateKey: boolean;
  readonly message: string;
}

/** One YAML file that remembers the place of every node. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** The place of the value at a path; for a missing or empty value, that of the key of the nearest present parent. */
  locate(path: Path, offsetInText?: number): Location;
  /** The place of the last key of a path. */
  locateKey(path: Path): Location;
}

export interface ReadYamlOptions {
  /** How often anchors may be used. Default 100. */
  readonly mostAliases?: number;
  /** Whether `<<` merges a mapping into another. Default false. */
  readonly merge?: boolean;
}

/** Reads YAML 1.2. `source` is absent when the text cannot be understood at all. */
export function readYaml(
  file: string,
  text: string,
  { mostAliases = 100, merge = false }: ReadYamlOptions = {},
): { source?: YamlSource; problems: readonly SyntaxProblem[] } {
  const lines = new LineCounter();
  const options = { prettyErrors: false, version: '1.2', merge, logLevel: 'error' } as const;
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const place = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const problems = [
    ...[...document.errors, ...document.warnings].map((error) => ({
      ...place(error.pos[0]),
      duplicateKey: error.code === 'DUPLICATE_KEY',
      message: error.message,
    })),
    ...unresolvedAliases(document).map(({ name, offset }) => ({
      ...place(offset),
      duplicateKey: false,
      message: `the alias *${name} has no anchor &${name} before it`,
    })),
  ];
  if (problems.some((problem) => !problem.duplicateKey)) return { problems };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: mostAliases });
  } catch (error) {
    const message = messageOf(error);
    return { problems: [...problems, { line: 1, column: 1, duplicateKey: false, message }] };
  }
  const source: YamlSource = {
    file,
    value,
    locate: (path, offsetInText) => place(valueOffset(document, text, path, offsetInText)),
    locateKey: (path) => place(keyOffset(document, path)),
  };
  return { source, problems };
}

function unresolvedAliases(document: Document): readonly { name: string; offset: number }[] {
  const found: { name: string; offset: number }[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) === undefined) found.push({ name: alias.source, offset: start(alias) ?? 0 });
    },
  });
  return found;
}

interface PathStep {
  readonly node: Node | undefined;
  /** The key that leads to the node; absent for list items and the root. */
  readonly key: Node | undefined;
}

/** The nodes from the root along a path, as far as they exist. */
function walk(document: Document, path: Path): { readonly steps: readonly PathStep[]; readonly complete: boolean } {
  const steps: PathStep[] = [{ node: document.contents ?? undefined, key: undefined }];
  for (const segment of path) {
    const parent = resolved(document, steps.at(-1)?.node);
    const next = stepInto(parent, segment);
    if (next === undefined) return { steps, complete: false };
    steps.push(next);
  }
  return { steps, complete: true };
}

function stepInto(parent: Node | undefined, segment: string | number): PathStep | undefined {
  if (isMap(parent)) {
    const pair = parent.items.find((item: Pair) => isScalar(item.key) && String(item.key.value) === String(segment));
    if (pair === undefined) return undefined;
    return { key: asNode(pair.key), node: asNode(pair.value) };
  }
  if (isSeq(parent)) {
    const node = asNode(parent.items[Number(segment)]);
    return node === undefined ? undefined : { key: undefined, node };
  }
  return undefined;
}

function valueOffset(document: Document, text: string, path: Path, offsetInText?: number): number {
  const { steps, complete } = walk(document, path);
  const last = steps.at(-1);
  if (!complete) return start(last?.key) ?? start(last?.node) ?? 0;
  const node = last?.node;
  const isEmpty = node === undefined || (isScalar(node) && node.value === null);
  if (isEmpty) return start(last?.key) ?? start(node) ?? 0;
  return (start(node) ?? 0) + (offsetInText === undefined ? 0 : offsetInScalar(node, text, offsetInText));
}

function keyOffset(document: Document, path: Path): number {
  const { steps } = walk(document, path);
  const last = steps.at(-1);
  return start(last?.key) ?? start(last?.node) ?? 0;
}

/** Only a scalar that is written literally in the file, whatever its quotes, has positions inside. */
function offsetInScalar(node: Node, text: string, offset: number): number {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return 0;
  const inside = text.slice(node.range[0], node.range[1]).indexOf(node.value);
  return inside < 0 ? 0 : inside + offset;
}

function resolved(document: Document, node: Node | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}

function asNode(value: unknown): Node | undefined {
  return typeof value === 'object' && value !== null && 'range' in value ? (value as Node) : undefined;
}

function start(node: Node | undefined): number | undefined {
  return node?.range?.[0];
}
