import { CliError } from '../../core/cli-error.ts';
import type { CommandContext } from '../../core/command.ts';
import { changedLines } from '../../output/changed-lines.ts';
import { clip } from '../../output/clip.ts';
import { redraw } from '../../output/redraw.ts';

const redrawMs = 1_000;

/**
 * Shows what `view` prints, again every second until Ctrl-C; for programs one answer a line. Into a file or a pipe it goes
 * once as a whole, then what changes, a line each with its time.
 */
export async function watchView(
  context: CommandContext,
  view: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const isLog = isWatchedIntoFile(context);
  // What cannot be read at all is an error at once.
  let shown = await read(context, view);
  let printed: string | undefined;
  await redraw(context, redrawMs, async () => {
    const before = printed;
    const text = before === undefined ? shown : await next();
    printed = text;
    return isLog && before !== undefined ? logged(before, text) : text;
  });

  async function next(): Promise<string> {
    try {
      shown = await read(context, view);
      return shown;
    } catch (error) {
      // A restarting console is back in a moment; until then the last known state is shown.
      if (!(error instanceof CliError) || context.output === 'json') throw error;
      return `${error.code}: ${error.message}\n${shown}`;
    }
  }
}

/** Whether a watched view goes where nothing can be drawn over, and people read it later. */
export function isWatchedIntoFile({ output, screen }: Pick<CommandContext, 'output' | 'screen'>): boolean {
  return output === 'table' && screen() === undefined;
}

/** The time stands in the first column, so that what follows can be sorted and cut. */
function logged(before: string, text: string): string | undefined {
  const at = new Date().toISOString();
  const lines = changedLines(before, text).map((line) => `${at}  ${line}`);
  return lines.length === 0 ? undefined : lines.join('\n');
}

async function read(context: CommandContext, view: (context: CommandContext) => Promise<void>): Promise<string> {
  const lines: string[] = [];
  await view({ ...context, print: (text) => void lines.push(text) });
  const text = lines.join('\n');
  if (context.output === 'json') return JSON.stringify(JSON.parse(text));
  const columns = context.screen()?.columns;
  return columns === undefined
    ? text
    : text
        .split('\n')
        .map((line) => fitted(line, columns))
        .join('\n');
}

/** A wrapped line would push those below off the screen. A view with colours has fitted its lines by itself. */
function fitted(line: string, columns: number): string {
  return line.includes('\u001B') ? line : clip(line, columns);
}
