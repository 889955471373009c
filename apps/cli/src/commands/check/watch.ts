import { pause, systemRuntime } from '@cortex/runtime';
import type { CommandContext } from '../../core/command.ts';
import type { ExitReason } from '../../core/exit-codes.ts';
import type { ChosenCheck } from './choose.ts';
import { outcomeView } from './outcome-view.ts';
import { Tally } from './tally.ts';

/** Runs each check every `intervalMs`, never twice at once, until Ctrl-C; then prints a summary. */
export async function watchChecks(
  chosen: readonly ChosenCheck[],
  intervalMs: number,
  context: CommandContext,
): Promise<ExitReason> {
  const { hasColour, output, print, screen, signal } = context;
  const nameWidth = chosen.length === 1 ? 0 : Math.max(...chosen.map(({ check }) => [...check.name].length));
  const tallies = chosen.map(({ check }) => new Tally(check.name));
  await Promise.all(
    chosen.map(async ({ run }, index) => {
      const tally = tallies[index];
      while (!signal.aborted) {
        const startedAtMs = performance.now();
        const outcome = await run();
        // A run that Ctrl-C interrupted says nothing.
        if (signal.aborted || tally === undefined) return;
        tally.take(outcome);
        const style = { columns: screen()?.columns ?? Infinity, hasColour, nameWidth };
        print(output === 'json' ? JSON.stringify(outcomeView(outcome)) : tally.line(outcome, style));
        await pause(systemRuntime, Math.max(0, startedAtMs + intervalMs - performance.now()), signal);
      }
    }),
  );
  if (output === 'json') print(JSON.stringify({ summary: tallies.map((tally) => tally.summary()) }));
  else print(`\n${tallies.map((tally) => tally.summaryLine()).join('\n')}`);
  return tallies.every((tally) => tally.summary().failed === 0) ? 'ok' : 'failed';
}
