import { expect, it } from 'vitest';
import { allServices } from './services.ts';
import { wantedServices } from './wanted-services.ts';

it('runs every service unless some are named, each on the port that is asked for', () => {
  expect([...wantedServices([]).keys()]).toEqual(allServices);
  expect([...wantedServices(['console=7780', 'decision'])]).toEqual([
    ['decision', undefined],
    ['console', 7780],
  ]);
});

it.each(['brain', 'decision=', 'decision=x', 'decision=70000'])('refuses %s, and names the services', (parameter) => {
  expect(() => wantedServices([parameter])).toThrow(expect.objectContaining({ code: 'CORTEX_ENVIRONMENT_INVALID' }));
});
