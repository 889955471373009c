import { maxLabelLength } from '../limits.ts';
import type { Level } from './level.ts';
import { wildcard } from './tokens.ts';

/** The common form of many lines: words, and `<*>` where they differ. */
export interface Template {
  /** Derived from the first line. It stays, however general the template becomes. */
  readonly id: string;
  /** The level of all its lines. */
  readonly level: Level;
  /** Becomes more general in place. */
  readonly tokens: string[];
}

/** Its words, as many as fit in a label. */
export function textOf({ tokens }: Template): string {
  return tokens.join(' ').slice(0, maxLabelLength);
}

interface Node {
  readonly children: Map<string, Node>;
  readonly templates: Template[];
}

/** Words from the front that lead to a template. More would separate lines that begin with a name, as `User alice paid`. */
const prefixLength = 1;
const maxChildren = 100;
/** Templates that a line is compared with, at most: a flood of similar lines must not make each one expensive. */
const maxInLeaf = 64;
/** The least share of a template's words that a line must share. */
const leastSimilarity = 0.5;

/**
 * The search tree of Drain (He, Zhu, Zheng, Lyu: Drain, An Online Log Parsing Approach with Fixed Depth Tree, ICWS
 * 2017): by the number of words, then by the first of them, then the most similar of few. Words with digits count as
 * variable. Our addition: lines of different level never share a template, or `connection lost` might match `connection
 * up`.
 */
export class TemplateTree {
  readonly #root = emptyNode();
  /** Where each template is. */
  readonly #paths = new WeakMap<Template, readonly string[]>();

  /** The template of a line, generalised to match it; undefined where none is similar enough. */
  match(level: Level, tokens: readonly string[]): Template | undefined {
    let node = this.#root.children.get(entryOf(level, tokens));
    for (const token of tokens.slice(0, prefixLength)) {
      node = node?.children.get(token) ?? node?.children.get(wildcard);
    }
    const found = node && mostSimilar(node.templates, tokens);
    if (node === undefined || found === undefined) return undefined;
    moveToEnd(node.templates, found);
    for (const [index, token] of tokens.entries()) if (found.tokens[index] !== token) found.tokens[index] = wildcard;
    return found;
  }

  /** Returns the template removed for it: the one of its neighbours that was not seen for longest. */
  add(template: Template): Template | undefined {
    const entry = entryOf(template.level, template.tokens);
    const path = [entry];
    let node = childOf(this.#root, entry);
    for (const token of template.tokens.slice(0, prefixLength)) {
      const name = nameIn(node, token);
      path.push(name);
      node = childOf(node, name);
    }
    this.#paths.set(template, path);
    node.templates.push(template);
    return node.templates.length > maxInLeaf ? node.templates.shift() : undefined;
  }

  remove(template: Template): void {
    const path = this.#paths.get(template);
    if (path !== undefined) removeAt(this.#root, path, template);
  }

  get nodes(): number {
    return countNodes(this.#root);
  }
}

function emptyNode(): Node {
  return { children: new Map(), templates: [] };
}

function entryOf(level: Level, tokens: readonly string[]): string {
  return `${level} ${tokens.length}`;
}

function childOf(node: Node, name: string): Node {
  const known = node.children.get(name) ?? emptyNode();
  node.children.set(name, known);
  return known;
}

function nameIn({ children }: Node, token: string): string {
  if (children.has(token)) return token;
  // The last place is reserved for words without a place of their own.
  return /\d/.test(token) || children.size >= maxChildren - 1 ? wildcard : token;
}

function mostSimilar(templates: readonly Template[], tokens: readonly string[]): Template | undefined {
  let best: Template | undefined;
  let bestEqual = Math.max(1, Math.ceil(leastSimilarity * tokens.length));
  let bestWild = -1;
  for (const template of templates) {
    const { equal, wild } = compare(template, tokens, bestEqual);
    if (equal < bestEqual || (equal === bestEqual && wild <= bestWild)) continue;
    [best, bestEqual, bestWild] = [template, equal, wild];
  }
  return best;
}

/** Counts equal words and wildcards; gives up where `least` equal words are no longer possible. */
function compare(template: Template, tokens: readonly string[], least: number): { equal: number; wild: number } {
  const mayDiffer = tokens.length - least;
  let [equal, wild] = [0, 0];
  for (let index = 0; index < tokens.length && index - equal <= mayDiffer; index += 1) {
    const word = template.tokens[index];
    if (word === wildcard) wild += 1;
    else if (word === tokens[index]) equal += 1;
  }
  return { equal, wild };
}

function moveToEnd(templates: Template[], template: Template): void {
  if (templates.at(-1) === template) return;
  templates.splice(templates.indexOf(template), 1);
  templates.push(template);
}

function removeAt(node: Node, path: readonly string[], template: Template): void {
  const [name, ...rest] = path;
  if (name === undefined) {
    const index = node.templates.indexOf(template);
    if (index !== -1) node.templates.splice(index, 1);
    return;
  }
  const child = node.children.get(name);
  if (child === undefined) return;
  removeAt(child, rest, template);
  if (child.children.size === 0 && child.templates.length === 0) node.children.delete(name);
}

function countNodes(node: Node): number {
  return [...node.children.values()].reduce((sum, child) => sum + countNodes(child), 1);
}
