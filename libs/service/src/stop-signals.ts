/** Resolves, with the reason, on SIGTERM, SIGINT, or when the parent process that is connected over IPC is gone. */
export function whenToldToStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve(signal);
        // A second signal means: now.
        process.once(signal, () => process.exit(130));
      });
    }
    if (process.connected) process.once('disconnect', () => resolve('parent is gone'));
  });
}
