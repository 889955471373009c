import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Problem } from '@cortex/api';
import { problemOf } from '../live-state.ts';
import { usePerson } from '../person.ts';
import { ProblemNote } from './parts.tsx';

interface AskDialogProps {
  readonly title: string;
  readonly children?: ComponentChildren;
  /** The question of the text field. */
  readonly question: string;
  readonly isTextRequired: boolean;
  readonly confirm: string;
  readonly tone: 'good' | 'bad' | 'info';
  readonly onConfirm: (by: string, text: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks for name and reason before a change. The browser's own dialog keeps focus inside and closes on Escape. */
export function AskDialog({
  title,
  children,
  question,
  isTextRequired,
  confirm,
  tone,
  onConfirm,
  onClose,
}: AskDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [by, setBy] = usePerson();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<Problem>();
  const [isSending, setSending] = useState(false);
  const id = useId();

  useEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>(by === '' ? '[name=by]' : '[name=text]')?.focus();
  }, []);

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    setProblem(undefined);
    try {
      await onConfirm(by.trim(), text.trim());
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setSending(false);
    }
  }

  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby={`${id}-title`} data-testid="dialog">
      <form onSubmit={(event) => void send(event)}>
        <h2 id={`${id}-title`}>{title}</h2>
        {children}
        <label>
          Your name
          <input
            name="by"
            required
            maxLength={128}
            autocomplete="name"
            value={by}
            onInput={(event) => setBy(event.currentTarget.value)}
          />
        </label>
        <label>
          {question}
          <textarea
            name="text"
            rows={3}
            required={isTextRequired}
            maxLength={4_000}
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {problem !== undefined && <ProblemNote problem={problem} />}
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={`primary ${tone}`} disabled={isSending} data-testid="confirm">
            {isSending ? 'Sending…' : confirm}
          </button>
        </div>
      </form>
    </dialog>
  );
}
