import { describe, expect, it } from 'vitest';
import { readEnvironment } from './environment.ts';
import { EnvironmentError } from './errors.ts';

describe('the environment of a service', () => {
  it('has a default for everything', () => {
    const environment = readEnvironment({});
    expect(environment.CORTEX_NATS_URL).toEqual(['nats://127.0.0.1:4222']);
    expect(environment.CORTEX_HTTP_PORT).toBe(0);
    expect(environment.CORTEX_CONFIG).toMatch(/\/cortex\.yaml$/);
  });

  it('takes an empty variable for an absent one', () => {
    expect(readEnvironment({ CORTEX_LOG_LEVEL: '' }).CORTEX_LOG_LEVEL).toBe('info');
  });

  it('splits several NATS addresses', () => {
    expect(readEnvironment({ CORTEX_NATS_URL: 'nats://a:1, nats://b:2' }).CORTEX_NATS_URL).toEqual([
      'nats://a:1',
      'nats://b:2',
    ]);
  });

  it('names every wrong variable at once', () => {
    const read = (): unknown => readEnvironment({ CORTEX_HTTP_PORT: '99999', CORTEX_LOG_LEVEL: 'loud' });
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(/CORTEX_HTTP_PORT[\s\S]*CORTEX_LOG_LEVEL[\s\S]*fix:/);
  });
});
