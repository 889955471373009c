import type { Problem } from '@cortex/config';

/** The environment of the process is wrong. */
export class EnvironmentError extends Error {
  readonly code = 'CORTEX_ENVIRONMENT_INVALID';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `wrong environment:\n  ${problems.join('\n  ')}\n  fix: correct or unset these variables; docs/operations.md lists them all`,
    );
    this.name = 'EnvironmentError';
    this.problems = problems;
  }
}

/** The configuration file is wrong; `report` holds every problem with file, line and column. */
export class ConfigurationError extends Error {
  readonly code = 'CORTEX_CONFIGURATION_INVALID';
  readonly report: string;
  readonly problems: readonly Problem[];

  constructor(report: string, problems: readonly Problem[]) {
    super(`the configuration is not usable, so nothing was started:\n${report}`);
    this.name = 'ConfigurationError';
    this.report = report;
    this.problems = problems;
  }
}
