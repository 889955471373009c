import type { Incident } from '@cortex/contracts';
import { useState } from 'preact/hooks';
import { call } from '../api-client.ts';
import { AskDialog } from './ask-dialog.tsx';

export function IncidentActions({
  incident,
  onChanged,
}: {
  readonly incident: Incident;
  readonly onChanged: () => void;
}) {
  const [asked, setAsked] = useState<'acknowledge' | 'close'>();
  if (incident.status === 'resolved') return null;
  const isClosing = asked === 'close';
  return (
    <div class="buttons actions">
      {incident.acknowledgedBy === undefined && (
        <button type="button" onClick={() => setAsked('acknowledge')} data-testid="acknowledge">
          Take it…
        </button>
      )}
      <button type="button" onClick={() => setAsked('close')} data-testid="close">
        Close by hand…
      </button>
      {asked !== undefined && (
        <AskDialog
          title={isClosing ? 'Close this incident?' : 'Take this incident?'}
          question={isClosing ? 'How was it solved?' : 'Comment (optional)'}
          isTextRequired={isClosing}
          confirm={isClosing ? 'Close it' : 'Take it'}
          tone="info"
          onClose={() => setAsked(undefined)}
          onConfirm={async (by, comment) => {
            await call(asked, { params: { id: incident.id }, body: { by, comment } });
            onChanged();
          }}
        >
          <p>
            {isClosing
              ? 'Cortex stops working on it. If the trouble is still there, a new incident opens.'
              : 'People who would be called only while nobody has it are not called any more.'}
          </p>
        </AskDialog>
      )}
    </div>
  );
}
