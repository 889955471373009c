import type { VerificationFinding } from '@cortex/contracts';
import type { TimelineEntry } from '@cortex/api';
import { withLocalTimes, words } from '../format.ts';
import { DecisionSteps } from './decision-steps.tsx';
import { Moment } from './parts.tsx';

export function Timeline({ entries, now }: { readonly entries: readonly TimelineEntry[]; readonly now: number }) {
  const lastDecision = entries.findLastIndex((entry) => entry.decision !== undefined);
  return (
    <ol class="timeline" data-testid="timeline">
      {entries.map((entry, index) => (
        <li key={`${entry.at}/${entry.kind}/${entry.title}`} class={`${entry.kind} ${entry.tone}`}>
          <div class="head">
            <span class="kind">{entry.kind}</span>
            <Moment at={entry.at} now={now} both />
          </div>
          <p class="what">{entry.title}</p>
          {entry.detail !== '' && <p class="why">{withLocalTimes(entry.detail, now)}</p>}
          {entry.decision !== undefined && <DecisionSteps decision={entry.decision} isOpen={index === lastDecision} />}
          {entry.findings !== undefined && entry.findings.length > 0 && <Findings findings={entry.findings} />}
        </li>
      ))}
    </ol>
  );
}

const verdictTone = { pass: 'good', fail: 'bad', no_data: 'warning' } as const;

function Findings({ findings }: { readonly findings: readonly VerificationFinding[] }) {
  const failed = findings.filter((finding) => finding.verdict !== 'pass').length;
  return (
    <details class="findings" open={failed > 0}>
      <summary>
        {findings.length} pieces of evidence{failed > 0 && `, ${failed} not passed`}
      </summary>
      <ul>
        {findings.map((finding) => (
          <li key={`${finding.phase}/${finding.name}/${finding.at}`}>
            <span class={`verdict ${verdictTone[finding.verdict]}`}>{words(finding.verdict)}</span>
            <span>
              <b>{words(finding.phase)}</b> {finding.name}
              <small>{finding.detail}</small>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
