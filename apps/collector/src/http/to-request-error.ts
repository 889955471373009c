import { maxBodyBytes } from './body.ts';
import { RequestError } from './request-error.ts';

/** Turns any error of a handler or of the server into the answer for the sender; `mediaTypes` names the accepted ones. */
export function toRequestError(error: unknown, mediaTypes: string): RequestError {
  if (error instanceof RequestError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new RequestError(413, `the body is larger than ${maxBodyBytes} bytes`);
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new RequestError(415, mediaTypes);
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new RequestError(status, (error as Error).message);
  }
  if (error instanceof RangeError) return new RequestError(400, 'the body is nested too deeply');
  return new RequestError(500, 'the collector failed on this request');
}
