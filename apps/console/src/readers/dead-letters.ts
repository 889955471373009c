import type { Bus, RawMessage } from '@cortex/bus';
import type { DeadLetterView } from '@cortex/api';

const patienceMs = 5_000;
const shownCharacters = 2_000;

/** The newest dead letters, newest first. */
export async function readDeadLetters(bus: Bus, limit: number): Promise<readonly DeadLetterView[]> {
  const { sequence: last } = await bus.appendLog('DEAD_LETTERS', 'cortex.dlq.console').end();
  if (last === 0) return [];
  const letters: DeadLetterView[] = [];
  let finish: () => void = () => {};
  const caughtUp = new Promise<void>((resolve) => (finish = resolve));
  const giveUp = setTimeout(finish, patienceMs);
  const reading = await bus.readRaw({
    stream: 'DEAD_LETTERS',
    fromSequence: Math.max(1, last - limit + 1),
    handle: (message) => void letters.push(deadLetterView(message)),
    onCaughtUp: finish,
  });
  try {
    await caughtUp;
  } finally {
    clearTimeout(giveUp);
    await reading.stop();
  }
  return letters.toReversed().slice(0, limit);
}

function deadLetterView(message: RawMessage): DeadLetterView {
  const text = new TextDecoder().decode(message.data);
  return {
    sequence: message.sequence,
    at: message.header('Cortex-At') ?? message.at.toISOString(),
    consumer: message.header('Cortex-Consumer') ?? '',
    reason: message.header('Cortex-Reason') ?? 'unknown',
    detail: message.header('Cortex-Detail') ?? '',
    subject: message.header('Cortex-Subject') ?? message.subject,
    stream: message.header('Cortex-Stream') ?? '',
    streamSequence: Number(message.header('Cortex-Sequence') ?? 0),
    bytes: message.data.byteLength,
    text: text.slice(0, shownCharacters),
    isTruncated: text.length > shownCharacters || message.header('Cortex-Truncated-From') !== undefined,
  };
}
