/** Messages of failed connections, for the docs. */
export const connectionFailures = [
  'connection refused',
  'the connection broke',
  'the host name does not resolve',
  'the host is unreachable',
];

/** Messages about HTTP responses, for the docs. */
export const answerFailures = [
  'answered …, expected …',
  'header … is missing',
  'header … is "…", expected to contain "…"',
  '"…" is not in the body',
  'the body is not JSON',
  'the body is longer than the … characters that are read',
  'expected …, but … is …',
  'expected …, but … has no usable value',
];
