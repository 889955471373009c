import { Memory, type MemoryBlock } from '../memory.ts';
import { pack8, unpack8 } from '../packed.ts';
import { EmpiricalTail } from '../scoring/empirical-tail.ts';
import { tailScore } from '../scoring/tail-score.ts';

const memory = new Memory();
const tail = new EmpiricalTail(memory);

/** How surprising the rows of one instance were to models that had not seen them. */
export class SurpriseHistory {
  readonly #page: MemoryBlock = memory.newPage();

  /** Undoes `save`. Throws on another length. */
  static restore(saved: string): SurpriseHistory {
    const history = new SurpriseHistory();
    history.#page.bytes.set(unpack8(saved, history.#page.bytes.length));
    return history;
  }

  /** How rare such a surprise is, as a score: 0.5 for one in ten thousand. */
  score(surprise: number): number {
    memory.open(this.#page);
    return tailScore(tail.surprise(surprise));
  }

  /** Learns the surprise that was last asked about. */
  learn(): void {
    memory.open(this.#page);
    tail.learn();
  }

  save(): string {
    return pack8(this.#page.bytes);
  }
}
