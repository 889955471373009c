import { relative } from '../format.ts';
import type { LiveState } from '../live-state.ts';

interface BannerProps {
  readonly state: LiveState;
  readonly isConnected: boolean;
  readonly now: number;
  readonly onSwitch: () => void;
}

/** Warnings that must not be overlooked: the kill switch, a lost connection, a failing API. */
export function Banner({ state, isConnected, now, onSwitch }: BannerProps) {
  const { status, problem, hasLoaded } = state;
  const killSwitch = status?.killSwitch;
  return (
    <div aria-live="polite">
      {killSwitch?.on === true && (
        <div class="banner stopped" data-testid="kill-switch-banner">
          <strong>The kill switch is ON. Cortex watches and decides, but changes nothing.</strong>
          <span>
            {killSwitch.reason} — {killSwitch.by}, {relative(killSwitch.at, now)}
          </span>
          <button type="button" onClick={onSwitch}>
            Turn it off…
          </button>
        </div>
      )}
      {hasLoaded && !isConnected && (
        <div class="banner offline" data-testid="disconnected">
          <strong>Disconnected.</strong>
          <span>What you see is what was last known. This page reconnects by itself.</span>
        </div>
      )}
      {problem !== undefined && (isConnected || !hasLoaded) && (
        <div class="banner offline" data-testid="problem">
          <strong>{problem.detail}</strong>
          <span>{problem.fix}</span>
          <code>{problem.code}</code>
        </div>
      )}
    </div>
  );
}
