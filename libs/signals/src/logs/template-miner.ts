import { hashText } from '@cortex/contracts';
import { cutTo } from '../cut-to.ts';
import type { Level } from './level.ts';
import { TemplateTree, type Template } from './template-tree.ts';
import { tokensOf } from './tokens.ts';

export interface Mined {
  readonly template: Template;
  /** Never seen before, as far as is remembered. */
  readonly isNew: boolean;
}

/**
 * Learns the templates of one service's lines as they arrive. At most `maxTemplates`: the one that was not seen for
 * longest is removed. A template is identified by the first line that it was made of, so its id stays as it grows more
 * general, and is the same after a restart.
 */
export class TemplateMiner {
  readonly #maxTemplates: number;
  readonly #tree = new TemplateTree();
  /** The one that was not seen for longest comes first. */
  readonly #byId = new Map<string, Template>();

  constructor(maxTemplates: number) {
    this.#maxTemplates = maxTemplates;
  }

  get templates(): readonly Template[] {
    return [...this.#byId.values()];
  }

  /** Nodes of the search tree. */
  get nodes(): number {
    return this.#tree.nodes;
  }

  /** The template of a line; undefined for one without words. */
  learn(body: string, level: Level): Mined | undefined {
    const tokens = tokensOf(body);
    if (tokens.length === 0) return undefined;
    const known = this.#tree.match(level, tokens);
    if (known !== undefined) return { template: this.#seen(known), isNew: false };
    const joined = tokens.join(' ');
    const form = cutTo(joined.length, joined);
    const id = hashText(`${level} ${form}`);
    const namesake = this.#byId.get(id);
    if (namesake !== undefined) return { template: this.#seen(namesake), isNew: false };
    const template = { id, level, tokens: form.split(' ') };
    this.#forgetOldest();
    const displaced = this.#tree.add(template);
    if (displaced !== undefined) this.#byId.delete(displaced.id);
    return { template: this.#seen(template), isNew: true };
  }

  #seen(template: Template): Template {
    this.#byId.delete(template.id);
    this.#byId.set(template.id, template);
    return template;
  }

  #forgetOldest(): void {
    if (this.#byId.size < this.#maxTemplates) return;
    const [oldest] = this.#byId.values();
    if (oldest === undefined) return;
    this.#byId.delete(oldest.id);
    this.#tree.remove(oldest);
  }
}
