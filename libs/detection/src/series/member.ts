import type { Detector, DetectorDefinition, DetectorSettings, Sample } from '../detectors/detector.ts';
import type { Memory, MemoryBlock } from '../memory.ts';
import { pack8, unpack8 } from '../packed.ts';
import type { ComponentScore } from '../scoring/composite.ts';
import { EmpiricalTail } from '../scoring/empirical-tail.ts';
import { tailScore } from '../scoring/tail-score.ts';

/** One algorithm and its score of the newest sample of the series whose page is open. */
export class Member implements ComponentScore {
  readonly definition: DetectorDefinition;
  readonly detector: Detector;
  /** How rare its deviations are; absent where they are scores already. */
  readonly #tail: EmpiricalTail | undefined;
  readonly #memory: Memory;
  readonly #deviation: number;
  readonly #score: number;
  readonly #from: number;
  readonly #to: number;

  constructor(definition: DetectorDefinition, settings: DetectorSettings, memory: Memory) {
    this.definition = definition;
    this.#memory = memory;
    this.#from = memory.size;
    this.#deviation = memory.takeNumbers(1);
    this.#score = memory.takeNumbers(1);
    this.#say(Number.NaN, 0);
    this.detector = definition.create(settings, memory);
    this.#tail = definition.scale === 'rarity' ? new EmpiricalTail(memory) : undefined;
    this.#to = memory.size;
  }

  /** NaN for too little history. */
  get deviation(): number {
    return this.#memory.numbers[this.#deviation] ?? Number.NaN;
  }

  get score(): number {
    return this.#memory.numbers[this.#score] ?? 0;
  }

  observe(sample: Sample): void {
    const deviation = this.detector.observe(sample);
    this.#say(deviation, Number.isNaN(deviation) ? 0 : this.#scoreOf(Math.abs(deviation)));
  }

  #scoreOf(magnitude: number): number {
    const { trust } = this.definition;
    return this.#tail === undefined ? trust * magnitude : tailScore(trust * this.#tail.surprise(magnitude));
  }

  learn(sample: Sample): void {
    if (this.#tail !== undefined && !Number.isNaN(this.deviation)) this.#tail.learn();
    this.detector.learn(sample);
  }

  /** Withdraws its score. */
  withdraw(): void {
    this.#say(Number.NaN, 0);
  }

  #say(deviation: number, score: number): void {
    const { numbers } = this.#memory;
    numbers[this.#deviation] = deviation;
    numbers[this.#score] = score;
  }

  /** Its whole state for the series of a page. */
  save({ bytes }: MemoryBlock): string {
    return pack8(bytes.subarray(this.#from, this.#to));
  }

  /** Undoes {@link save}. Throws on another length. */
  restore({ bytes }: MemoryBlock, saved: string): void {
    bytes.set(unpack8(saved, this.#to - this.#from), this.#from);
  }
}
