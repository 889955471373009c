import { z } from 'zod';
import { OutboundRefusedError } from './outbound-refused-error.ts';

const maxHeaders = 64;
const maxValueLength = 8_192;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const cleanValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that frame the message: setting them could make one request look like two. */
const ownHeaders = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Request headers as configurations may write them. */
export const HttpHeaders = z.record(z.string(), z.string().max(maxValueLength)).superRefine((headers, context) => {
  const problem = headersProblem(headers);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

/** Throws {@link OutboundRefusedError} for headers that could change where a message ends. Never shows a value. */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  const problem = headersProblem(headers);
  if (problem !== undefined) throw new OutboundRefusedError(problem);
}

function headersProblem(headers: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(headers);
  if (entries.length > maxHeaders) return `more than ${maxHeaders} headers`;
  const names = new Set<string>();
  for (const [name, value] of entries) {
    if (!token.test(name)) return 'the name of a header has characters that none may have';
    const lower = name.toLowerCase();
    if (names.has(lower)) return `header ${name} is there twice`;
    names.add(lower);
    if (ownHeaders.has(lower)) return `header ${name} is set by Cortex itself`;
    if (value.length > maxValueLength || !cleanValue.test(value)) {
      return `header ${name} has a line break or a control character, or is longer than ${maxValueLength} characters`;
    }
  }
  return undefined;
}
