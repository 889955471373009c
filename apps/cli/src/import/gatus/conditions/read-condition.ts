import { durationOf } from '../values.ts';
import { bodyMeaning } from './body.ts';
import { splitCondition } from './split-condition.ts';
import type { SplitCondition } from './split-condition.ts';
import { statusTest } from './status.ts';
import type { StatusTest } from './status.ts';

/** How long the certificate must still hold. */
export interface Expiry {
  readonly ms: number;
  readonly operator: '>' | '>=';
}

/** The meaning of a condition of Gatus in terms of Cortex's checks; `problem`: why it cannot be expressed. */
export type ConditionMeaning =
  | { readonly kind: 'status'; readonly test: StatusTest }
  | { readonly kind: 'json'; readonly json: string }
  | { readonly kind: 'contains'; readonly text: string }
  /** Longer is a failure. */
  | { readonly kind: 'within'; readonly ms: number }
  | { readonly kind: 'expiry'; readonly expiry: Expiry }
  /** That it answers at all, which every check asks. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'left_out'; readonly problem: string };

const unknown: Readonly<Record<string, string>> = {
  '[IP]': 'Cortex does not compare the address of a name here; see dns_resolution',
  '[DOMAIN_EXPIRATION]': 'Cortex does not ask when a domain expires',
  '[DNS_RCODE]': 'the answers of name servers are asked by dns_resolution',
};

export function readCondition(written: string): ConditionMeaning {
  const split = splitCondition(written);
  if ('problem' in split) return leftOut(split.problem);
  const placeholder = /^\[[A-Za-z_]+\]/.exec(split.left)?.[0].toUpperCase();
  if (placeholder === undefined) return leftOut(reasonWithout(split.left));
  const rest = split.left.slice(placeholder.length);
  if (placeholder === '[BODY]') {
    const meaning = bodyMeaning(rest, split);
    if ('problem' in meaning) return leftOut(meaning.problem);
    return 'json' in meaning ? { kind: 'json', json: meaning.json } : { kind: 'contains', text: meaning.contains };
  }
  return rest === '' ? ofPlaceholder(placeholder, split) : leftOut(`${placeholder} is not understood`);
}

function ofPlaceholder(placeholder: string, split: SplitCondition): ConditionMeaning {
  switch (placeholder) {
    case '[STATUS]': {
      const test = statusTest(split);
      return test === undefined ? leftOut('it is not a comparison with statuses') : { kind: 'status', test };
    }
    case '[CONNECTED]': {
      const isAsked = split.right === (split.operator === '==' ? 'true' : 'false');
      return isAsked && /^[!=]=$/.test(split.operator)
        ? { kind: 'connected' }
        : leftOut('a check of Cortex passes when there is an answer, never when there is none');
    }
    case '[RESPONSE_TIME]':
      return withinOf(split);
    case '[CERTIFICATE_EXPIRATION]':
      return expiryOf(split);
    default:
      return leftOut(unknown[placeholder] ?? `${placeholder} is not understood`);
  }
}

/** Gatus counts whole milliseconds: at most 500 is less than 501. */
function withinOf({ operator, right }: SplitCondition): ConditionMeaning {
  const bound = millisecondsOf(right);
  const ms = operator === '<=' ? (bound ?? 0) + 1 : bound;
  if (ms === undefined || bound === undefined || ms === 0 || (operator !== '<' && operator !== '<=')) {
    return leftOut('a time limit is < or <= milliseconds, or a time such as 2s');
  }
  return { kind: 'within', ms };
}

function expiryOf({ operator, right }: SplitCondition): ConditionMeaning {
  const ms = millisecondsOf(right);
  if (ms === undefined || (operator !== '>' && operator !== '>=')) {
    return leftOut('the certificate must hold for > or >= a time such as 48h');
  }
  return { kind: 'expiry', expiry: { ms, operator } };
}

function millisecondsOf(text: string): number | undefined {
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : durationOf(text);
}

function reasonWithout(left: string): string {
  if (/^len\(/i.test(left))
    return 'json conditions count texts and lists of texts alone, and which it is cannot be seen';
  if (/^has\(/i.test(left)) return 'json conditions compare a field, and cannot ask whether it is there';
  return 'it does not begin with a placeholder, such as [STATUS]';
}

function leftOut(problem: string): ConditionMeaning {
  return { kind: 'left_out', problem };
}
