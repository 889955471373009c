import type { Decision, DecisionStep, GateResult, JsonRecord } from '@cortex/contracts';
import { useState } from 'preact/hooks';
import { words } from '../format.ts';

/** The nine steps of one decision: verdict and reason at a glance, inputs on request. */
export function DecisionSteps({ decision, isOpen }: { readonly decision: Decision; readonly isOpen: boolean }) {
  const [isToggled, setToggled] = useState<boolean>();
  return (
    <details
      class="decision"
      open={isToggled ?? isOpen}
      onToggle={(event) => setToggled(event.currentTarget.open)}
      data-testid="decision"
    >
      <summary>The nine steps</summary>
      <ol class="steps">
        {decision.steps.map((step) => (
          <Step key={step.step} step={step} gates={step.name === 'safety_checks' ? decision.gates : []} />
        ))}
      </ol>
    </details>
  );
}

function Step({ step, gates }: { readonly step: DecisionStep; readonly gates: readonly GateResult[] }) {
  return (
    <li class={step.status} data-testid="decision-step">
      <span class="number">{step.step}</span>
      <div>
        <p class="step-line">
          <b>{words(step.name)}</b>
          <span class="verdict neutral">{words(step.status === 'done' ? step.verdict : step.status)}</span>
        </p>
        <p class="why">{step.reason}</p>
        {gates.length > 0 && <Gates gates={gates} />}
        <Inputs inputs={step.inputs} />
      </div>
    </li>
  );
}

const gateTone: Readonly<Record<GateResult['verdict'], string>> = {
  pass: 'good',
  hold: 'warning',
  refuse: 'bad',
  needs_approval: 'warning',
  not_built: 'neutral',
  not_reached: 'neutral',
};

function Gates({ gates }: { readonly gates: readonly GateResult[] }) {
  return (
    <table class="gates">
      <caption class="hidden">Safety gates</caption>
      <tbody>
        {gates.map((gate) => (
          <tr key={gate.gate}>
            <th scope="row">{words(gate.gate)}</th>
            <td>
              <span class={`verdict ${gateTone[gate.verdict]}`}>{words(gate.verdict)}</span>
            </td>
            <td>{gate.reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Inputs({ inputs }: { readonly inputs: JsonRecord }) {
  const entries = Object.entries(inputs);
  if (entries.length === 0) return null;
  return (
    <details class="inputs">
      <summary>looked at {entries.map(([key]) => words(key)).join(', ')}</summary>
      <dl>
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt>{words(key)}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
