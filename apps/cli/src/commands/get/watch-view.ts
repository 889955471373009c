import { CliError } from '../../core/cli-error.ts';
import type { CommandContext } from '../../core/command.ts';
import { clip } from '../../output/clip.ts';
import { redraw } from '../../output/redraw.ts';

const redrawMs = 1_000;

/** Shows what `view` prints, again every second until Ctrl-C; for programs one answer a line. */
export async function watchView(
  context: CommandContext,
  view: (context: CommandContext) => Promise<void>,
): Promise<void> {
  // What cannot be read at all is an error at once.
  let shown = await read(context, view);
  let isFirst = true;
  await redraw(context, redrawMs, async () => {
    if (isFirst) {
      isFirst = false;
      return shown;
    }
    try {
      shown = await read(context, view);
      return shown;
    } catch (error) {
      // A restarting console is back in a moment; until then the last known state is shown.
      if (!(error instanceof CliError) || context.output === 'json') throw error;
      return `${error.code}: ${error.message}\n${shown}`;
    }
  });
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
