import type { Status } from '@cortex/api';
import type { Route } from '../route.ts';

interface HeaderProps {
  readonly status: Status | undefined;
  readonly isConnected: boolean;
  readonly hasLoaded: boolean;
  readonly page: Route['page'];
  readonly onHome: () => void;
  readonly onSwitch: () => void;
}

export function Header({ status, isConnected, hasLoaded, page, onHome, onSwitch }: HeaderProps) {
  const connection = connectionOf(status, isConnected, hasLoaded);
  const isOn = status?.killSwitch.on;
  return (
    <header class="top">
      <button type="button" class="brand" onClick={onHome} aria-label="Cortex, overview">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" />
          <path d="M5 17h6l3-8 5 15 3-7h5" />
        </svg>
        <h1>Cortex</h1>
      </button>
      <nav class="tabs" aria-label="Pages">
        <a href="#/" aria-current={page === 'health' ? undefined : 'page'}>
          Overview
        </a>
        <a href="#/health" aria-current={page === 'health' ? 'page' : undefined}>
          Health
        </a>
      </nav>
      {status !== undefined && <span class="environment">{status.environment}</span>}
      {status?.dryRun === true && <span class="chip warning">dry run: nothing is changed</span>}
      <span class={`connection ${connection.tone}`} role="status" data-testid="connection">
        <i aria-hidden="true" />
        {connection.text}
      </span>
      <dl class="counts" aria-label="Incidents now">
        <Count name="open" meaning="incidents that are open now" value={status?.counts.open} tone="bad" />
        <Count
          name="healing"
          meaning="of these, those that Cortex works on now"
          value={status?.counts.remediating}
          tone="info"
        />
        <Count
          name="escalated"
          meaning="of these, those that people have to act on now"
          value={status?.counts.escalated}
          tone="bad"
        />
      </dl>
      <button
        type="button"
        class={isOn === true ? 'switch is-on' : 'switch'}
        aria-haspopup="dialog"
        disabled={status === undefined}
        onClick={onSwitch}
        data-testid="kill-switch"
      >
        <i aria-hidden="true" />
        Kill switch <strong data-testid="kill-switch-state">{switchText(isOn)}</strong>
      </button>
    </header>
  );
}

function switchText(isOn: boolean | undefined): string {
  if (isOn === undefined) return '–';
  return isOn ? 'ON' : 'off';
}

function Count({
  name,
  meaning,
  value,
  tone,
}: {
  readonly name: string;
  readonly meaning: string;
  readonly value: number | undefined;
  readonly tone: string;
}) {
  return (
    <div class={value === undefined || value === 0 ? 'quiet' : tone} title={meaning}>
      <dd data-testid={`count-${name}`}>{value ?? '–'}</dd>
      <dt>{name}</dt>
    </div>
  );
}

function connectionOf(
  status: Status | undefined,
  isConnected: boolean,
  hasLoaded: boolean,
): { tone: string; text: string } {
  if (!isConnected) return hasLoaded ? { tone: 'bad', text: 'Disconnected' } : { tone: 'neutral', text: 'Connecting' };
  if (status?.nats.connected === false) return { tone: 'bad', text: 'NATS is away' };
  return { tone: 'good', text: 'Live' };
}
