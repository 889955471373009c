import { z } from 'zod';
import { withKnownChecks } from './check-json-schema.ts';
import type { JsonSchema } from './check-json-schema.ts';
import { extensionKeys } from './extensions.ts';
import type { CheckEntry } from './plugin-catalogue.ts';
import { PlaybookInput, PreconditionInput, StepInput } from './schema/playbook.ts';
import { ConfigurationInput } from './schema/root.ts';

/** The JSON Schema of `cortex.yaml` for editors, made from the schemas that read the file, and from those of checks. */
export function buildJsonSchema(checks: ReadonlyMap<string, CheckEntry> = new Map()): JsonSchema {
  const schema = z.toJSONSchema(ConfigurationInput, { io: 'input' });
  return { title: 'Cortex configuration', ...withKnownChecks(schema as JsonSchema, checks), ...extensionKeys };
}

/** The JSON Schema of a playbook file. */
export function buildPlaybookJsonSchema(): JsonSchema {
  return { title: 'Cortex playbook', ...z.toJSONSchema(editorPlaybook(), { io: 'input' }), ...extensionKeys };
}

/** Steps and preconditions as users write them: the parameters of the plugin beside the keys of the step. */
function editorPlaybook(): z.ZodType {
  const steps = z.array(StepInput.loose()).min(1);
  const rollback = z.strictObject({ ...PlaybookInput.shape.rollback.unwrap().shape, steps: steps.optional() });
  return z.strictObject({
    ...PlaybookInput.shape,
    pre_conditions: z.array(PreconditionInput.loose()).optional(),
    remediation_steps: steps,
    rollback: rollback.optional(),
  });
}
