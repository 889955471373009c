import type { AddressParts, AnswerOf, CallOf, RouteName } from '@cortex/api';

/** The console's API. Every failure is a {@link CliError}, of a refusal with the console's own code and fix. */
export interface ApiClient {
  readonly url: string;
  /** Calls one route, and validates its answer against the schema of the route. */
  call<Name extends RouteName>(name: Name, ...request: CallOf<Name>): Promise<AnswerOf<Name>>;
  /** The same answer as text to read. */
  text(name: RouteName, request: AddressParts): Promise<string>;
  /** The headers of every request: the token, if there is one. */
  readonly headers: Readonly<Record<string, string>>;
}

export function headersFor(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
