import type { Detector, DetectorDefinition, DetectorSettings, Sample } from '../detectors/detector.ts';
import type { Cell, Memory, Page } from '../memory.ts';
import { pack8, unpack8 } from '../packed.ts';
import type { Voice } from '../scoring/composite.ts';
import { EmpiricalTail } from '../scoring/empirical-tail.ts';
import { tailScore } from '../scoring/tail-score.ts';

/** One algorithm and what it says of the newest sample of the series whose page is open. */
export class Member implements Voice {
  readonly definition: DetectorDefinition;
  readonly detector: Detector;
  /** How rare its deviations are; absent where they are scores already. */
  readonly #tail: EmpiricalTail | undefined;
  readonly #deviation: Cell;
  readonly #score: Cell;
  readonly #from: number;
  readonly #to: number;

  constructor(definition: DetectorDefinition, settings: DetectorSettings, memory: Memory) {
    this.definition = definition;
    this.#from = memory.size;
    this.#deviation = memory.cell(Number.NaN);
    this.#score = memory.cell();
    this.detector = definition.create(settings, memory);
    this.#tail = definition.scale === 'rarity' ? new EmpiricalTail(memory) : undefined;
    this.#to = memory.size;
  }

  /** NaN for nothing to go by. */
  get deviation(): number {
    return this.#deviation.value;
  }

  get score(): number {
    return this.#score.value;
  }

  observe({ value, timeMs }: Sample): void {
    const deviation = this.detector.observe(value, timeMs);
    this.#deviation.value = deviation;
    this.#score.value = Number.isNaN(deviation) ? 0 : this.#scoreOf(Math.abs(deviation));
  }

  #scoreOf(magnitude: number): number {
    const { trust } = this.definition;
    return this.#tail === undefined ? trust * magnitude : tailScore(trust * this.#tail.surprise(magnitude));
  }

  learn({ value, timeMs }: Sample): void {
    if (this.#tail !== undefined && !Number.isNaN(this.deviation)) this.#tail.learn();
    this.detector.learn(value, timeMs);
  }

  /** Takes back what it has said. */
  silence(): void {
    this.#deviation.value = Number.NaN;
    this.#score.value = 0;
  }

  /** All that it knows of the series of a page. */
  save({ bytes }: Page): string {
    return pack8(bytes.subarray(this.#from, this.#to));
  }

  /** Undoes {@link save}. Throws on what has another length. */
  restore({ bytes }: Page, saved: string): void {
    bytes.set(unpack8(saved, this.#to - this.#from), this.#from);
  }
}
