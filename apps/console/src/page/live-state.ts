import { messageOf } from '@cortex/errors';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type {
  ApprovalItem,
  Explanation,
  IncidentItem,
  Overview,
  Problem,
  SilenceList,
  Status,
  TargetView,
} from '@cortex/api';
import { ApiError, call } from './api-client.ts';
import { followEvents } from './event-stream.ts';

/** The whole state of the page, as last read. */
export interface LiveState {
  readonly status?: Status;
  readonly overview?: Overview;
  readonly incidents: readonly IncidentItem[];
  readonly approvals: readonly ApprovalItem[];
  readonly targets: readonly TargetView[];
  readonly silences: SilenceList;
  readonly hasLoaded: boolean;
  /** Why the last reading failed; absent after one that succeeds. */
  readonly problem?: Problem;
}

const empty: LiveState = {
  incidents: [],
  approvals: [],
  targets: [],
  silences: { silences: [], unreadable: [] },
  hasLoaded: false,
};
const families = [
  'incident.*',
  'decision.*',
  'approval.*',
  'remediation.*',
  'verification.*',
  'escalation.*',
  'control.*',
  'health.changed',
];
/** Events within this time cause one reading. */
const settleMs = 150;
/** Reads even without events: for changes that a dead connection hid, and for the minutes of the activity chart. */
const pollMs = 15_000;

export interface Live {
  readonly state: LiveState;
  readonly isConnected: boolean;
  /** Counts up with every reading, so that details are read again too. */
  readonly reading: number;
  refresh(): void;
}

export function useLiveState(): Live {
  const [state, setState] = useState<LiveState>(empty);
  const [isConnected, setConnected] = useState(false);
  const [reading, setReading] = useState(0);
  const running = useRef({ isReading: false, isWanted: false, timer: 0 });

  const refresh = useCallback(() => {
    const control = running.current;
    control.isWanted = true;
    if (control.timer !== 0 || control.isReading) return;
    control.timer = window.setTimeout(async () => {
      control.timer = 0;
      control.isWanted = false;
      control.isReading = true;
      const next = await readEverything();
      control.isReading = false;
      setState(({ problem, ...previous }) => ({
        ...previous,
        ...(next.hasLoaded === true || problem === undefined ? {} : { problem }),
        ...next,
      }));
      setReading((count) => count + 1);
      if (control.isWanted) refresh();
    }, settleMs);
  }, []);

  useEffect(() => {
    refresh();
    const poll = window.setInterval(refresh, pollMs);
    const stop = followEvents(families, {
      onEvent: refresh,
      onConnection: (connected) => {
        setConnected(connected);
        refresh();
      },
    });
    return () => {
      window.clearInterval(poll);
      stop();
    };
  }, [refresh]);

  return { state, isConnected, reading, refresh };
}

async function readEverything(): Promise<Partial<LiveState>> {
  try {
    const [status, overview, list, approvals, targets, silences] = await Promise.all([
      call('status'),
      call('overview'),
      call('incidents', { query: { limit: 200 } }),
      call('approvals'),
      call('targets'),
      call('silences'),
    ]);
    return {
      status,
      overview,
      incidents: list.incidents,
      approvals: approvals.approvals,
      targets: targets.targets,
      silences,
      hasLoaded: true,
    };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

export interface LoadedExplanation {
  readonly explanation?: Explanation;
  readonly problem?: Problem;
}

/** The selected incident, read again with every reading of the page. */
export function useExplanation(id: string | undefined, reading: number): LoadedExplanation {
  const [loaded, setLoaded] = useState<LoadedExplanation & { readonly id?: string }>({});
  useEffect(() => {
    if (id === undefined) return undefined;
    let isCurrent = true;
    void call('explanation', { params: { id } }).then(
      (explanation) => isCurrent && setLoaded({ id, explanation }),
      (error: unknown) =>
        isCurrent && setLoaded((before) => ({ ...(before.id === id ? before : {}), id, problem: problemOf(error) })),
    );
    return () => {
      isCurrent = false;
    };
  }, [id, reading]);
  return loaded.id === id ? loaded : {};
}

/** The present time, every second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return {
    type: 'about:blank',
    title: 'The page failed',
    status: 0,
    detail: messageOf(error),
    code: 'CORTEX_PAGE_FAILED',
    cause: 'this is a mistake in the page',
    fix: 'Reload it; report it if it stays.',
  };
}
