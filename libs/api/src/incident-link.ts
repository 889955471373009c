/** The part of the console's address that opens an incident. */
export function incidentHash(incidentId: string): string {
  return `#/incidents/${incidentId}`;
}

/** The address that opens an incident. `consoleUrl` has no slash at its end. */
export function incidentLink(consoleUrl: string, incidentId: string): string {
  return `${consoleUrl}/${incidentHash(incidentId)}`;
}
