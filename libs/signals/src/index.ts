export type { SignalSettings } from './limits.ts';
export type { LogRecord } from './logs/log-record.ts';
export { LogSignals } from './logs/log-signals.ts';
export type { NewTemplate } from './logs/service-templates.ts';
export { TemplateMiner } from './logs/template-miner.ts';
export type { Source } from './source.ts';
export { durationSeconds } from './traces/span.ts';
export type { Span } from './traces/span.ts';
export { TraceSignals } from './traces/trace-signals.ts';
