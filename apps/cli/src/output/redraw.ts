import { pause, systemRuntime } from '@cortex/runtime';
import type { CommandContext } from '../core/command.ts';

/** Prints what `draw` gives, if anything, again every `everyMs` until Ctrl-C; on a terminal each time over the last. */
export async function redraw(
  context: Pick<CommandContext, 'print' | 'screen' | 'signal'>,
  everyMs: number,
  draw: () => Promise<string | undefined>,
): Promise<void> {
  const { print, screen, signal } = context;
  let isFirst = true;
  while (!signal.aborted) {
    const text = await draw();
    const size = screen();
    if (text !== undefined) {
      print(size === undefined ? text : frame(text, size.rows, isFirst));
      isFirst = false;
    }
    await pause(systemRuntime, everyMs, signal);
  }
}

/** From the top of the screen, each line over an old one, what is left below cleared: nothing flickers. */
function frame(text: string, rows: number, isFirst: boolean): string {
  const lines = text.split('\n');
  const room = Math.max(1, rows - 1);
  const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`];
  // Cleared before it is written: at the edge of the screen, what comes behind would take the last character with it.
  const cleared = shown.map((line, index) => `${index === shown.length - 1 ? '\u001B[J' : '\u001B[K'}${line}`);
  return `${isFirst ? '\u001B[2J' : ''}\u001B[H${cleared.join('\n')}`;
}
