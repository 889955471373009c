export type HttpMethod = 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRequest {
  readonly url: string;
  readonly method?: HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Covers all of it: name, connection, headers, redirects, body. */
  readonly signal: AbortSignal;
  /** Redirects to follow; each is checked like a first request. Default 0. */
  readonly maxRedirects?: number;
  /** How much of the body is read. Default 0: the body is ignored. */
  readonly maxBodyBytes?: number;
}

export interface HttpResponse {
  /** The final address, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /** False when there is more of the body than was read. */
  readonly isWhole: boolean;
  /** Of the certificate that the last server presented. */
  readonly certificateExpiresAt?: Date;
}
