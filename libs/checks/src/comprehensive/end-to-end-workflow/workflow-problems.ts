import { cleanedBy, isKept, variablesOf } from './step-request.ts';
import type { StepRequest } from './step-request.ts';

/** The variable that every run has from the start: its own, unique id. */
export const runIdVariable = 'run.id';

interface Workflow {
  readonly steps: readonly string[];
  readonly requests: Readonly<Record<string, StepRequest>>;
  readonly headers: Readonly<Record<string, string>>;
}

interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Mistakes that make a workflow fail: unknown names, variables that nothing captures, clean-ups that a crash would make
 * impossible.
 */
export function workflowProblems({ steps, requests, headers }: Workflow): readonly Problem[] {
  const problems: Problem[] = [];
  const known = (name: string): StepRequest | undefined => (Object.hasOwn(requests, name) ? requests[name] : undefined);
  if (new Set(steps).size < steps.length) problems.push({ path: ['steps'], message: 'a step is named twice' });
  for (const [index, name] of steps.entries()) {
    if (known(name) === undefined) problems.push({ path: ['steps', index], message: `requests has no ${name}` });
  }
  for (const name of Object.keys(requests)) {
    if (!steps.includes(name)) problems.push({ path: ['requests', name], message: `${name} is not among the steps` });
  }
  const actual = steps.flatMap((name) => {
    const request = known(name);
    return request === undefined ? [] : [{ name, request }];
  });
  const work = actual.filter(({ request }) => request.cleans === undefined);
  for (const { name, request } of actual) {
    for (const cleaned of cleanedBy(request)) {
      if (work.some((step) => step.name === cleaned)) continue;
      problems.push({
        path: ['requests', name, 'cleans'],
        message: `${cleaned} is no step that can be cleaned up after`,
      });
    }
  }
  const require = (name: string, request: StepRequest, available: ReadonlySet<string>, advice: string): void => {
    const needed = variablesOf({ ...request, headers: { ...headers, ...request.headers } });
    for (const variable of needed.filter((one) => !available.has(one))) {
      problems.push({ path: ['requests', name], message: `{{${variable}}} ${advice}` });
    }
  };
  const captured = new Set([runIdVariable]);
  for (const { name, request } of work) {
    require(name, request, captured, 'is captured by no step before');
    for (const variable of Object.keys(request.capture)) captured.add(variable);
  }
  const kept = new Set([runIdVariable]);
  for (const { request } of work) {
    for (const [variable, capture] of Object.entries(request.capture)) if (isKept(capture)) kept.add(variable);
  }
  for (const { name, request } of actual.filter((step) => step.request.cleans !== undefined)) {
    require(name, request, kept, 'would be lost in a crash: capture it with keep: true, or in a clean-up step before');
    for (const variable of Object.keys(request.capture)) kept.add(variable);
  }
  return problems;
}
