/** How a check ended, problems in capitals. `ERROR`: the check could not be made. */
export const resultWords = { pass: 'pass', fail: 'FAIL', timeout: 'TIMEOUT', error: 'ERROR' } as const;

export const resultWidth = Math.max(...Object.values(resultWords).map((word) => word.length));
