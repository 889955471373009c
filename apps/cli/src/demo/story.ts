import type { Act, ActProgress } from './acts.ts';
import type { KnownEvent } from './known-event.ts';
import { narrate } from './narrate.ts';

export interface StoryOptions {
  readonly acts: readonly Act[];
  /** Calls `listener` for every event of Cortex from now on; returns how to stop. */
  readonly listen: (listener: (event: KnownEvent) => void) => () => void;
  readonly print: (line: string) => void;
  readonly actTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface ActResult {
  readonly key: string;
  readonly title: string;
  readonly asTold: boolean;
  readonly why: string;
  readonly seconds: number;
  readonly incidentId: string | undefined;
}

/** Plays the acts one after the other and prints what happens, with times since each fault. */
export async function playStory(options: StoryOptions): Promise<readonly ActResult[]> {
  const results: ActResult[] = [];
  for (const act of options.acts) {
    if (options.signal.aborted) break;
    results.push(await playAct(act, options));
  }
  return results;
}

async function playAct(act: Act, options: StoryOptions): Promise<ActResult> {
  const { print } = options;
  const events: KnownEvent[] = [];
  print('');
  print(`(${act.key}) ${act.title}`);
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / 1000;
  const tell = (what: string, text: string): void =>
    print(`  ${elapsed().toFixed(1).padStart(5)} s  ${what.padEnd(13)} ${text}`);
  const stop = options.listen((event) => {
    if (event.subject !== act.service) return;
    events.push(event);
    const told = narrate(event);
    if (told !== undefined) tell(told.what, told.text);
  });
  try {
    tell('broken', await act.breakIt());
    const end = await waitForEnd(act, events, options);
    const asTold = end.status === 'as_told';
    const why = options.signal.aborted ? 'interrupted' : explain(end, options.actTimeoutMs);
    tell(asTold ? '✓' : '✗', asTold ? `ended as told after ${elapsed().toFixed(1)} s` : why);
    return {
      key: act.key,
      title: act.title,
      asTold,
      why,
      seconds: elapsed(),
      incidentId: events.findLast((event) => event.incidentid !== undefined)?.incidentid,
    };
  } finally {
    stop();
    await act.cleanUp?.();
  }
}

async function waitForEnd(act: Act, events: readonly KnownEvent[], options: StoryOptions): Promise<ActProgress> {
  const deadline = performance.now() + options.actTimeoutMs;
  let progress = act.progress(events);
  while (progress.status === 'waiting' && performance.now() < deadline && !options.signal.aborted) {
    await new Promise((resume) => setTimeout(resume, 50));
    progress = act.progress(events);
  }
  return progress;
}

function explain(progress: ActProgress, timeoutMs: number): string {
  switch (progress.status) {
    case 'as_told':
      return 'as told';
    case 'otherwise':
      return progress.why;
    case 'waiting':
      return `still missing after ${timeoutMs / 1000} s: ${progress.missing}`;
    default:
      return progress satisfies never;
  }
}
