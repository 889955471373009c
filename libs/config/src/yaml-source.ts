import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import { createFileRedactor } from './redact.ts';
import { explainMissingAnchor, explainYamlError } from './yaml-mistakes.ts';
import type { YamlMistake } from './yaml-mistakes.ts';

export type Path = readonly (string | number)[];

export interface Location {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem extends Location {
  readonly duplicateKey: boolean;
  readonly message: string;
  readonly fix: string;
}

/** One YAML file that remembers the place of every node. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** The place of the value at a path; for a missing or empty value, that of the key of the nearest present parent. */
  locate(path: Path, offsetInText?: number): Location;
  /** The place of the last key of a path. */
  locateKey(path: Path): Location;
  /** A text without the secrets of this file. */
  redact(text: string): string;
}

/** How often anchors may be used, counted through each other: files share settings by one use per entry. */
const mostAliases = 10_000;

/** Reads YAML 1.2, with the merge keys (`<<`) of 1.1. `source` is absent when the text cannot be understood at all. */
export function readYaml(file: string, text: string): { source?: YamlSource; problems: readonly SyntaxProblem[] } {
  const lines = new LineCounter();
  const options = { prettyErrors: false, version: '1.2', merge: true, logLevel: 'error' } as const;
  const document = parseDocument(text, { ...options, lineCounter: lines });
  const place = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const tell = (mistake: YamlMistake, duplicateKey = false): SyntaxProblem => {
    const { message, fix, offset } = mistake;
    return { ...place(offset), duplicateKey, message, fix };
  };
  const problems = [
    ...[...document.errors, ...document.warnings].map(({ code, message, pos: [offset] }) =>
      code === 'DUPLICATE_KEY'
        ? tell({ message: 'this key stands twice in one mapping', fix: 'keep one of the two', offset }, true)
        : tell(explainYamlError(text, { code, message, offset })),
    ),
    ...unresolvedAliases(document).map(({ name, offset }) => tell(explainMissingAnchor(text, name, offset))),
    ...circularAliases(document).map(({ name, offset }) =>
      tell({
        message: `*${name} stands inside of what it names, which so has no end`,
        fix: 'name what was anchored before, or write it out',
        offset,
      }),
    ),
    ...wrongMerges(document).map((offset) =>
      tell({
        message: '<< takes the keys of a mapping, and this is none',
        fix: 'name an anchored mapping, such as <<: *defaults, or a list of them',
        offset,
      }),
    ),
  ];
  if (problems.some((problem) => !problem.duplicateKey)) return { problems };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: mostAliases });
  } catch {
    // Only the bound on aliases is left: the others were found above.
    const message = `aliases (*name) are used more than ${mostAliases} times, counted through each other`;
    const fix = 'write some of them out';
    return { problems: [...problems, { line: 1, column: 1, duplicateKey: false, message, fix }] };
  }
  const source: YamlSource = {
    file,
    value,
    locate: (path, offsetInText) => place(valueOffset(document, text, path, offsetInText)),
    locateKey: (path) => place(keyOffset(document, path)),
    redact: createFileRedactor(value),
  };
  return { source, problems };
}

function circularAliases(document: Document): readonly { name: string; offset: number }[] {
  const found: { name: string; offset: number }[] = [];
  visit(document, {
    Alias(_, alias, path) {
      const named = alias.resolve(document);
      if (path.some((node) => node === named)) found.push({ name: alias.source, offset: start(alias) ?? 0 });
    },
  });
  return found;
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

function wrongMerges(document: Document): readonly number[] {
  const found: number[] = [];
  visit(document, {
    Pair(_, pair) {
      if (!isMergeKey(pair.key)) return;
      const sources = mergeSources(document, asNode(pair.value));
      if (sources.length === 0 || !sources.every(isMap))
        found.push(start(asNode(pair.value)) ?? start(asNode(pair.key)) ?? 0);
    },
  });
  return found;
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && (key.value === '<<' || typeof key.value === 'symbol') && key.type === 'PLAIN';
}

/** The mappings behind `<<`, the strongest first. */
function mergeSources(document: Document, value: Node | undefined): readonly (Node | undefined)[] {
  const whole = resolved(document, value);
  return isSeq(whole) ? whole.items.map((item) => resolved(document, asNode(item))) : [whole];
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
    const next = stepInto(document, parent, segment);
    if (next === undefined) return { steps, complete: false };
    steps.push(next);
  }
  return { steps, complete: true };
}

/** A key that is merged in stands where the mapping that it comes from is written. */
function stepInto(document: Document, parent: Node | undefined, segment: string | number): PathStep | undefined {
  if (isMap(parent)) {
    const pair = parent.items.find(
      (item: Pair) => isScalar(item.key) && !isMergeKey(item.key) && String(item.key.value) === String(segment),
    );
    if (pair !== undefined) return { key: asNode(pair.key), node: asNode(pair.value) };
    for (const item of parent.items) {
      if (!isMergeKey(item.key)) continue;
      for (const source of mergeSources(document, asNode(item.value))) {
        const found = isMap(source) ? stepInto(document, source, segment) : undefined;
        if (found !== undefined) return found;
      }
    }
    return undefined;
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
