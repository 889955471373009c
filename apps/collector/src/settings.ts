/** Settings that come from the environment alone, because they are about where the collector runs, not what it collects. */
export interface CollectorSettings {
  /** Listens here instead of where the configuration says: in a container the loopback is out of everybody's reach. */
  readonly otlpHost?: string;
}

export function readSettings(variables: Readonly<Record<string, string | undefined>>): CollectorSettings {
  const otlpHost = variables['CORTEX_OTLP_HOST']?.trim();
  return otlpHost === undefined || otlpHost === '' ? {} : { otlpHost };
}
