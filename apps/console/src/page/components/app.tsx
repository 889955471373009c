import { isNamedBy } from '@cortex/api';
import { useEffect, useState } from 'preact/hooks';
import { useExplanation, useLiveState, useNow } from '../live-state.ts';
import { goTo, useRoute } from '../route.ts';
import { Approvals } from './approvals.tsx';
import { Banner } from './banner.tsx';
import { Header } from './header.tsx';
import { HealthPage } from './health-page.tsx';
import { IncidentDetail } from './incident-detail.tsx';
import { IncidentList } from './incident-list.tsx';
import { KillSwitchDialog } from './kill-switch-dialog.tsx';
import { OverviewPanel } from './overview.tsx';
import { SilenceLine } from './silence-line.tsx';
import { TokenPrompt } from './token-prompt.tsx';

export function App() {
  const { state, isConnected, reading, refresh } = useLiveState();
  const now = useNow();
  const route = useRoute();
  const selected = route.page === 'incident' ? route.id : undefined;
  const [isSwitchOpen, setSwitchOpen] = useState(false);
  const detail = useExplanation(selected, reading);
  useKeys(
    // Where the list is not shown, the keys do not move through it.
    route.page === 'health' ? [] : state.incidents.map((incident) => incident.id),
    selected,
    isSwitchOpen,
  );

  useEffect(() => {
    const open = state.status?.counts.open ?? 0;
    document.title = open === 0 ? 'Cortex' : `(${open}) Cortex`;
  }, [state.status?.counts.open]);

  if (state.problem?.code === 'CORTEX_API_UNAUTHORIZED') return <TokenPrompt onToken={refresh} />;
  return (
    <>
      <a class="skip" href="#main">
        Skip to the {route.page === 'health' ? 'checks' : 'incident'}
      </a>
      <Header
        status={state.status}
        isConnected={isConnected}
        hasLoaded={state.hasLoaded}
        page={route.page}
        onHome={() => select(undefined)}
        onSwitch={() => setSwitchOpen(true)}
      />
      <Banner state={state} isConnected={isConnected} now={now} onSwitch={() => setSwitchOpen(true)} />
      <SilenceLine list={state.silences} now={now} />
      {route.page === 'health' ? (
        <main id="main" class="layout wide" tabIndex={-1}>
          <HealthPage
            filter={route.filter}
            targets={state.targets}
            reading={reading}
            isConnected={isConnected}
            now={now}
          />
        </main>
      ) : (
        <div class={selected === undefined ? 'layout' : 'layout has-selection'}>
          <nav class="side" aria-label="Incidents">
            <Approvals approvals={state.approvals} now={now} onAnswered={refresh} onSelect={select} />
            <IncidentList
              incidents={state.incidents}
              hasLoaded={state.hasLoaded}
              selected={selected}
              now={now}
              onSelect={select}
            />
          </nav>
          <main id="main" tabIndex={-1}>
            {route.page === 'overview' && route.unknown !== undefined && (
              <p class="empty" role="status" data-testid="unknown-route">
                There is no page {route.unknown}. This is the overview.
              </p>
            )}
            {selected === undefined ? (
              <OverviewPanel state={state} now={now} onSelect={select} />
            ) : (
              <IncidentDetail
                id={selected}
                loaded={detail}
                now={now}
                onClose={() => select(undefined)}
                onChanged={refresh}
              />
            )}
          </main>
        </div>
      )}
      {isSwitchOpen && state.status !== undefined && (
        <KillSwitchDialog
          killSwitch={state.status.killSwitch}
          onClose={() => setSwitchOpen(false)}
          onChanged={refresh}
        />
      )}
    </>
  );
}

function select(id: string | undefined): void {
  goTo(id === undefined ? { page: 'overview' } : { page: 'incident', id });
}

/** `j` and `k` move through the incidents, Escape goes back to the overview. */
function useKeys(ids: readonly string[], selected: string | undefined, isPaused: boolean): void {
  useEffect(() => {
    if (isPaused) return undefined;
    function onKey(event: KeyboardEvent): void {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select');
      if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Escape') select(undefined);
      const step = { j: 1, k: -1 }[event.key];
      if (step === undefined) return;
      const at = ids.findIndex((id) => selected !== undefined && isNamedBy(id, selected));
      const next = ids[Math.min(ids.length - 1, Math.max(0, at + step))];
      if (next === undefined) return;
      select(next);
      document.querySelector<HTMLElement>(`[data-incident="${next}"]`)?.focus();
    }
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [ids.join(), selected, isPaused]);
}
