/** Nobody may be left to end by force a process whose stopping hangs: the one that started it may be gone. */
export function endWithin(timeoutMs: number, sayLast: () => void): void {
  const end = (): void => {
    sayLast();
    process.exit(1);
  };
  setTimeout(end, timeoutMs).unref();
}
