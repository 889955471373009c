import { describe, expect, it } from 'vitest';
import { editDistance, nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  it('finds what a typo meant', () => {
    expect(nearestName('sevices', ['services', 'safety'])).toBe('services');
    expect(nearestName('nmae', ['name', 'type'])).toBe('name');
    expect(nearestName('Interval', ['interval'])).toBe('interval');
  });

  it('stays silent when nothing is near', () => {
    expect(nearestName('elephant', ['name', 'type'])).toBeUndefined();
    expect(nearestName('x'.repeat(10_000), ['name'])).toBeUndefined();
  });
});

describe('editDistance', () => {
  it('counts a swap of neighbours as one', () => {
    expect(editDistance('nmae', 'name')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
  });
});
