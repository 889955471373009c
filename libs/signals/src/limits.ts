/** The user's settings. */
export interface SignalSettings {
  /** How long a source may be silent before its zeros are no longer reported. */
  readonly silentAfterMs: number;
  /** New templates of a service count once it has been known for this long, and has logged this much. */
  readonly warmUpMs: number;
  readonly warmUpRecords: number;
  /** Templates that are remembered per service. */
  readonly templates: number;
  /** Templates per service that have a series of their own. */
  readonly templateSeries: number;
  /** Operations per instance that have series of their own. */
  readonly operations: number;
}

/** Instances that are distinguished, for logs and for spans each. */
export const maxSources = 500;
/** Services whose templates are mined. */
export const maxMinedServices = 100;
/** The part of a line that templates are made of. */
export const maxLineLength = 512;
export const maxTokens = 48;
/** The length of a label made of the text of a template or the name of an operation. */
export const maxLabelLength = 200;
