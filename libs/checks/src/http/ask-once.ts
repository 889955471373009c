import { OutboundRefusedError, sendOnce, shownUrl } from '@cortex/outbound';
import type { HttpMethod, HttpResponse } from '@cortex/outbound';
import { causeOf } from '../cause-of.ts';
import type { CheckContext, CheckResult } from '../define-check.ts';
import { fillHeaders, fillText } from './fill-text.ts';
import { clientOptions } from './http-target.ts';
import { bodyBytesNeeded, responseProblems } from './judge-response.ts';
import type { Expectation } from './judge-response.ts';

export interface Question extends Expectation {
  readonly method: HttpMethod;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly follow_redirects: number;
  readonly ca_file?: string | undefined;
}

/** Sends one request and judges the response; `more` may find further problems in it. */
export async function askOnce(
  url: string,
  question: Question,
  context: Pick<CheckContext, 'signal' | 'outbound' | 'redactor'>,
  more: (response: HttpResponse) => readonly string[] = () => [],
): Promise<CheckResult> {
  const shown = shownUrl(url);
  const filling = { variables: new Map(), redactor: context.redactor };
  const headers = await fillHeaders(question.headers, filling);
  const body = question.body === undefined ? undefined : await fillText(question.body, filling);
  const options = await clientOptions(question, context);
  const startedAt = performance.now();
  try {
    const response = await sendOnce(
      {
        url,
        method: question.method,
        headers,
        ...(body === undefined ? {} : { body }),
        signal: context.signal,
        maxRedirects: question.follow_redirects,
        maxBodyBytes: bodyBytesNeeded(question),
      },
      options,
    );
    const latencyMs = Math.round(performance.now() - startedAt);
    const problems = [...responseProblems(question, response), ...more(response)];
    const { status, certificateExpiresAt: expires } = response;
    const evidence = {
      url: shown,
      status,
      latencyMs,
      ...(response.url === url ? {} : { answeredBy: shownUrl(response.url) }),
      ...(expires === undefined ? {} : { certificateExpiresAt: expires.toISOString() }),
    };
    if (problems.length > 0) return { passed: false, detail: `${shown}: ${problems.join('; ')}`, evidence };
    return { passed: true, detail: `${shown} answered ${status} in ${latencyMs} ms`, evidence };
  } catch (error) {
    // A refused address says nothing about the target.
    if (context.signal.aborted || error instanceof OutboundRefusedError) throw error;
    return { passed: false, detail: `${shown}: ${causeOf(error)}`, evidence: { url: shown } };
  }
}
