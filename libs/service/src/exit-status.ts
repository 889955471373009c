/** EX_CONFIG of sysexits(3): it stays wrong until somebody changes it, so nobody is to start the process again. */
export const wrongConfigurationStatus = 78;

/** The exit status of a process that cannot run because of this error. */
export function exitStatusOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isConfigurationFault = code === 'CORTEX_CONFIGURATION_INVALID' || code === 'CORTEX_ENVIRONMENT_INVALID';
  return isConfigurationFault ? wrongConfigurationStatus : 1;
}
