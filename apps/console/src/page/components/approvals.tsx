import { useState } from 'preact/hooks';
import type { ApprovalItem } from '@cortex/api';
import { call } from '../api-client.ts';
import { plural, relative, words } from '../format.ts';
import { AskDialog } from './ask-dialog.tsx';
import { Severity } from './parts.tsx';

interface ApprovalsProps {
  readonly approvals: readonly ApprovalItem[];
  readonly now: number;
  readonly onAnswered: () => void;
  readonly onSelect: (id: string) => void;
}

type Verdict = 'approve' | 'reject';

export function Approvals({ approvals, now, onAnswered, onSelect }: ApprovalsProps) {
  const [asked, setAsked] = useState<{ readonly item: ApprovalItem; readonly verdict: Verdict }>();
  if (approvals.length === 0 && asked === undefined) return null;
  return (
    <section class="approvals" aria-labelledby="approvals-title" data-testid="approvals">
      <h2 id="approvals-title">
        Waiting for you <small>{approvals.length}</small>
      </h2>
      <ul>
        {approvals.map((item) => (
          <li key={item.approval.approvalId} class="approval" data-testid="approval">
            <p class="line">
              <Severity severity={item.incident.severity} />
              <button type="button" class="link" onClick={() => onSelect(item.incident.id)}>
                {item.incident.service}
              </button>
              <small class="expires">expires {relative(item.approval.expiresAt, now)}</small>
            </p>
            <p class="title">
              Run <b>{item.playbookName}</b> on {item.approval.targets.map((target) => target.instance).join(', ')}?
            </p>
            <p class="why">{item.approval.reason}</p>
            <div class="buttons">
              <button type="button" class="primary good" onClick={() => setAsked({ item, verdict: 'approve' })}>
                Approve…
              </button>
              <button type="button" onClick={() => setAsked({ item, verdict: 'reject' })}>
                Reject…
              </button>
            </div>
          </li>
        ))}
      </ul>
      {asked !== undefined && <AnswerDialog {...asked} onClose={() => setAsked(undefined)} onAnswered={onAnswered} />}
    </section>
  );
}

interface AnswerDialogProps {
  readonly item: ApprovalItem;
  readonly verdict: Verdict;
  readonly onClose: () => void;
  readonly onAnswered: () => void;
}

function AnswerDialog({ item, verdict, onClose, onAnswered }: AnswerDialogProps) {
  const { approval, incident, steps, playbookName } = item;
  const isApproval = verdict === 'approve';
  return (
    <AskDialog
      title={`${isApproval ? 'Approve' : 'Reject'} ${playbookName}`}
      question={isApproval ? 'Comment (optional)' : 'Why not?'}
      isTextRequired={!isApproval}
      confirm={isApproval ? 'Approve this plan' : 'Reject this plan'}
      tone={isApproval ? 'good' : 'bad'}
      onClose={onClose}
      onConfirm={async (by, comment) => {
        await call(verdict, {
          params: { id: approval.approvalId },
          body: { by, comment, planHash: approval.planHash },
        });
        onAnswered();
      }}
    >
      <p>{incident.title}</p>
      <dl class="plan">
        <div>
          <dt>Targets</dt>
          <dd>{approval.targets.map((target) => target.instance).join(', ')}</dd>
        </div>
        <div>
          <dt>Blast radius</dt>
          <dd>{words(incident.blastRadius)}</dd>
        </div>
        <div>
          <dt>Steps</dt>
          <dd>
            <ol>
              {steps.map((step) => (
                <li key={step.step}>
                  {step.name} <code>{step.action}</code>
                </li>
              ))}
            </ol>
          </dd>
        </div>
        {approval.requiredApprovals > 1 && (
          <div>
            <dt>Approvals</dt>
            <dd>
              {approval.grantedBy.length} of {plural(approval.requiredApprovals, 'person', 'people')}
            </dd>
          </div>
        )}
      </dl>
    </AskDialog>
  );
}
