/** What a user sets. */
export interface SignalSettings {
  /** How long a source may be silent before its zeros are no longer told. */
  readonly silentAfterMs: number;
  /** New templates of a service count once it has been known for so long, and has logged so much. */
  readonly warmUpMs: number;
  readonly warmUpRecords: number;
  /** Templates that are remembered of one service. */
  readonly templates: number;
  /** Templates of one service that have a series of their own. */
  readonly templateSeries: number;
  /** Operations of one instance that have series of their own. */
  readonly operations: number;
}

/** Instances that are told apart, for logs and for spans each. */
export const maxSources = 500;
/** Services whose templates are mined. */
export const maxMinedServices = 100;
/** Of a line, what templates are made of. */
export const maxLineLength = 512;
export const maxTokens = 48;
/** Of the text of a template and of the name of an operation, what becomes a label. */
export const maxLabelLength = 200;
