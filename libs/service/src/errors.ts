import type { Problem } from '@cortex/config';
import { CortexError } from '@cortex/errors';

/** The environment of the process is wrong. */
export class EnvironmentError extends CortexError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      'CORTEX_ENVIRONMENT_INVALID',
      `wrong environment:\n  ${problems.join('\n  ')}\n  fix: correct or unset these variables; docs/operations.md lists them all`,
    );
    this.problems = problems;
  }
}

/** The configuration file is wrong; `report` holds every problem with file, line and column. */
export class ConfigurationError extends CortexError {
  readonly report: string;
  readonly problems: readonly Problem[];

  constructor(report: string, problems: readonly Problem[]) {
    super('CORTEX_CONFIGURATION_INVALID', `the configuration is not usable, so nothing was started:\n${report}`);
    this.report = report;
    this.problems = problems;
  }
}
