import { isNamedBy } from '@cortex/api';
import { requiredArgument, textOption, type CommandDefinition } from '../core/command.ts';
import { show } from '../output/show.ts';
import { byOption, personOf } from './who.ts';

export const approveCommand = answerCommand('approve', 'Agree to a plan that waits for a human');
export const rejectCommand = answerCommand('reject', 'Refuse a plan that waits for a human');

function answerCommand(verdict: 'approve' | 'reject', summary: string): CommandDefinition {
  return {
    name: verdict,
    summary,
    arguments: [
      { syntax: '<approval>', summary: 'its id or its incident’s, as lists show it; four characters are enough' },
    ],
    options: [byOption, { flags: '--comment <text>', summary: 'kept with the answer', default: '' }],
    examples: [
      { line: 'cortex get approvals', says: 'what waits' },
      {
        line: `cortex ${verdict} 5f3c07d1 --comment "${verdict === 'approve' ? 'go ahead' : 'not during the sale'}"`,
        says: `${verdict} the plan of that incident`,
      },
    ],
    async run(input) {
      const { api } = input.context;
      const wanted = requiredArgument(input);
      const { approvals } = await api.call('approvals');
      const matching = approvals.filter(
        ({ approval, incident }) => isNamedBy(approval.approvalId, wanted) || isNamedBy(incident.id, wanted),
      );
      const [only] = matching;
      // An approval that is not pending any more is answered by the API, which knows why.
      const isClear = matching.length === 1 && only !== undefined;
      const id = isClear ? only.approval.approvalId : wanted;
      const answer = await api.call(verdict, {
        params: { id },
        body: {
          by: personOf(input),
          comment: textOption(input, 'comment') ?? '',
          ...(isClear ? { planHash: only.approval.planHash } : {}),
        },
      });
      show(input.context, answer, ({ detail }) => detail);
      return 'ok';
    },
  };
}
