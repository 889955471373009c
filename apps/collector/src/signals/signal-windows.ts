import { LogSignals, TraceSignals, type NewTemplate, type SignalSettings } from '@cortex/signals';
import type { Intake } from '../http/intake.ts';
import type { ReceivedRecords } from '../otlp/logs/to-records.ts';
import type { ReceivedSpans } from '../otlp/traces/to-spans.ts';
import { Rejection, type Rejections } from '../rejections.ts';

export interface SignalWindowsOptions {
  readonly settings: SignalSettings;
  readonly intake: Pick<Intake, 'offer' | 'isFull' | 'nowMs'>;
  readonly onReceived: (source: 'logs' | 'traces', taken: number, rejections: Rejections) => void;
  readonly onNewTemplate: (template: NewTemplate) => void;
  readonly onSamples: (source: 'logs' | 'traces', samples: number) => void;
}

const tooManySources = new Rejection('too_many_sources', 'too many services and instances are known');

/** Counts log records and spans, and hands on the resulting series, window by window. */
export class SignalWindows {
  readonly #options: SignalWindowsOptions;
  readonly #logs: LogSignals;
  readonly #traces: TraceSignals;

  constructor(options: SignalWindowsOptions) {
    this.#options = options;
    const nowMs = options.intake.nowMs();
    this.#logs = new LogSignals(options.settings, nowMs);
    this.#traces = new TraceSignals(options.settings, nowMs);
  }

  /** Counts the records; returns the rejected ones. */
  takeRecords({ records, rejections }: ReceivedRecords): Rejections {
    const nowMs = this.#options.intake.nowMs();
    const taken = records.filter((record) => this.#logs.add(record, nowMs)).length;
    rejections.add(tooManySources, records.length - taken);
    this.#options.onReceived('logs', taken, rejections);
    return rejections;
  }

  /** Counts the spans; returns the rejected ones. */
  takeSpans({ spans, rejections }: ReceivedSpans): Rejections {
    const nowMs = this.#options.intake.nowMs();
    const taken = spans.filter((span) => this.#traces.add(span, nowMs)).length;
    rejections.add(tooManySources, spans.length - taken);
    this.#options.onReceived('traces', taken, rejections);
    return rejections;
  }

  /** Closes the windows. While samples cannot be handed on the windows stay open, and then cover a longer time. */
  close(): void {
    const { intake, onNewTemplate, onSamples } = this.#options;
    for (const template of this.#logs.takeNewTemplates(intake.nowMs())) onNewTemplate(template);
    for (const [source, signals] of [
      ['logs', this.#logs],
      ['traces', this.#traces],
    ] as const) {
      if (intake.isFull()) return;
      const samples = signals.close(intake.nowMs());
      if (intake.offer(samples)) onSamples(source, samples.length);
    }
  }
}
