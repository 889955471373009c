import type { CheckPlugin, RunnableCheck } from '@cortex/checks';
import { describeIssues } from '@cortex/config';
import type { JsonRecord, JsonValue } from '@cortex/contracts';
import { CliError } from '../../core/cli-error.ts';

/** The parameters of a check with the values of `key=value`, validated by the plugin's own schema. */
export function withParameters(
  check: Pick<RunnableCheck, 'name' | 'params'>,
  plugin: Pick<CheckPlugin, 'name' | 'params'>,
  given: readonly string[],
): JsonRecord {
  const params = Object.fromEntries([...Object.entries(check.params), ...given.map(pairOf)]);
  const result = plugin.params.safeParse(params);
  if (result.success) return params;
  const findings = describeIssues(plugin.params, params, result.error.issues);
  const whose = check.name === plugin.name ? plugin.name : `${check.name} (${plugin.name})`;
  throw new CliError(
    'CORTEX_CLI_BAD_PARAMETER',
    `${whose}: ${findings.map(({ message }) => message).join('; ')}`,
    findings[0]?.fix ?? 'correct the parameter',
    'usage',
  );
}

function pairOf(text: string): readonly [string, JsonValue] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new CliError('CORTEX_CLI_BAD_PARAMETER', `"${text}" is no parameter`, 'write --param key=value', 'usage');
  }
  return [text.slice(0, at), valueOf(text.slice(at + 1))];
}

/** Text that is valid JSON is parsed: `8080`, `true`, `{"accept":"text/html"}`; everything else is a text. */
function valueOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
