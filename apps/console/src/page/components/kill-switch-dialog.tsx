import type { KillSwitchView } from '@cortex/api';
import { call } from '../api-client.ts';
import { AskDialog } from './ask-dialog.tsx';

interface KillSwitchDialogProps {
  readonly killSwitch: KillSwitchView;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

export function KillSwitchDialog({ killSwitch, onClose, onChanged }: KillSwitchDialogProps) {
  const on = !killSwitch.on;
  return (
    <AskDialog
      title={on ? 'Stop Cortex from changing anything?' : 'Let Cortex act again?'}
      question="Why?"
      isTextRequired
      confirm={on ? 'Turn the kill switch ON' : 'Turn the kill switch off'}
      tone={on ? 'bad' : 'good'}
      onClose={onClose}
      onConfirm={async (by, reason) => {
        await call('turnKillSwitch', { body: { on, by, reason } });
        onChanged();
      }}
    >
      <p>
        {on
          ? 'Within a second no new step is started, anywhere. A step that is running now comes to its end. Cortex still watches, decides and calls people.'
          : 'Incidents that wait are decided again at once.'}
      </p>
    </AskDialog>
  );
}
